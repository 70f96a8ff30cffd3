import { parseArgs } from 'node:util';
import { nanoid } from 'nanoid';
import { ELECTION_PRESETS } from '../peer/raft/options.ts';
import { WhitewaterError } from '../shared/errors.ts';

export interface TortureOptions {
  readonly seed: string;
  readonly durationMs: number;
  /** How many voters. */
  readonly peers: number;
  /** Connections through the relay. */
  readonly clients: number;
  /** Clients that speak HTTP to the relay. */
  readonly httpClients: number;
  /** Of the peers' election timing. */
  readonly preset: string;
  /** What the run wrote stays, though nothing was wrong. */
  readonly keep: boolean;
}

export const USAGE = `Usage: npm run torture -- [--minutes N] [--seed TEXT] [--peers N] [--clients N] [--http-clients N] [--preset NAME] [--keep]
  --minutes N       how long faults go on, 0.05 to 10,000; default 2. A run takes up to half a minute more
  --seed TEXT       the same faults at the same times and the same load; default: drawn, and printed
  --peers N         voters, 3 to 9; default 5. One more peer comes and goes
  --clients N       connections through the relay, 1 to 50; default 4
  --http-clients N  clients that speak HTTP to the relay, 0 to 50; default 2
  --preset NAME     the peers' timing: default, or relaxed for a machine with much other work
  --keep            keep data, logs and history also when nothing was wrong
`;

/** @throws {WhitewaterError} USAGE, saying what is legal */
export function readOptions(args: readonly string[]): TortureOptions {
  const values = valuesOf(args);
  return {
    seed: values.seed ?? nanoid(8),
    durationMs: Math.round(numberOf('minutes', values.minutes, { min: 0.05, max: 10_000 }) * 60_000),
    peers: wholeOf('peers', values.peers, { min: 3, max: 9 }),
    clients: wholeOf('clients', values.clients, { min: 1, max: 50 }),
    httpClients: wholeOf('http-clients', values['http-clients'], { min: 0, max: 50 }),
    preset: presetOf(values.preset),
    keep: values.keep,
  };
}

function valuesOf(args: readonly string[]) {
  const text = (fallback: string) => ({ type: 'string', default: fallback }) as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...{
          minutes: text('2'),
          peers: text('5'),
          clients: text('4'),
          'http-clients': text('2'),
          preset: text('default'),
        },
        ...{ seed: { type: 'string' }, keep: { type: 'boolean', default: false } },
      },
    }).values;
  } catch (error) {
    throw new WhitewaterError('USAGE', `${(error as Error).message}\n${USAGE}`, { cause: error });
  }
}

function presetOf(text: string): string {
  if (Object.hasOwn(ELECTION_PRESETS, text)) return text;
  const legal = Object.keys(ELECTION_PRESETS).join(', ');
  throw new WhitewaterError('USAGE', `--preset is ${JSON.stringify(text)}: give one of ${legal}`);
}

interface Range {
  readonly min: number;
  readonly max: number;
}

function numberOf(name: string, text: string, { min, max }: Range): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= min && value <= max) return value;
  throw new WhitewaterError('USAGE', `--${name} is ${JSON.stringify(text)}: give a number from ${min} to ${max}`);
}

function wholeOf(name: string, text: string, range: Range): number {
  const value = numberOf(name, text, range);
  if (Number.isInteger(value)) return value;
  throw new WhitewaterError('USAGE', `--${name} is ${text}: give a whole number`);
}
