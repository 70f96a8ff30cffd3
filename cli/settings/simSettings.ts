import { availableParallelism } from 'node:os';
import { FAULTS_MS } from '../../sim/faultsMs.ts';
import { parseDurationMs } from '../../client/scenario/duration.ts';
import { parseWholeNumber } from '../parse/numbers.ts';
import { MINUTES } from './runSettings.ts';
import type { Setting } from './Setting.ts';
import { switchSetting, textSetting } from './sharedSettings.ts';

const SEED_MAX = 999_999_999_999_999;
const RUNS_MAX = 1_000_000_000;
const JOBS_MAX = 256;
const FAULTS_MS_MAX = 3_600_000;
const CLIENTS_MAX = 100;

export const SIM_SEED: Setting<number | undefined> = {
  name: 'seed',
  placeholder: '<number>',
  description: 'the first seed; the next run has the next number',
  parse: (text) => parseWholeNumber(text, 'a seed', 0, SEED_MAX),
  fallback: undefined,
  fallbackText: 'drawn at random',
};

export const RUNS: Setting<number | undefined> = {
  name: 'runs',
  placeholder: '<number>',
  description: 'how many seeds',
  parse: (text) => parseWholeNumber(text, 'a number of runs', 1, RUNS_MAX),
  fallback: undefined,
  fallbackText: '1 with --seed, no end with --minutes, else 100',
};

export const SIM_MINUTES: Setting<number | undefined> = {
  ...MINUTES,
  description: 'begin further runs for so long; fractions are fine, and so are durations such as 30s',
  fallback: undefined,
  fallbackText: 'no end',
};

export const FAULTS_FOR: Setting<number> = {
  name: 'for',
  placeholder: '<duration>',
  description: 'how long faults strike in each run, in virtual time',
  parse: (text) => {
    const durationMs = parseDurationMs(text);
    if (durationMs <= FAULTS_MS_MAX) return durationMs;
    throw new RangeError(`${JSON.stringify(text)} is too long: 1h is the most`);
  },
  fallback: FAULTS_MS,
  fallbackText: `${FAULTS_MS / 1000}s`,
};

export const ONLY_FAULTS: Setting<readonly number[] | undefined> = {
  name: 'faults',
  placeholder: '<numbers>',
  list: true,
  flagOnly: true,
  description: 'only these of the faults that the seed plans, such as 3,9,14; or none',
  parse: (text) =>
    text.trim() === 'none'
      ? []
      : text.split(',').map((number) => parseWholeNumber(number, 'a number of a fault', 1, SEED_MAX)),
  fallback: undefined,
  fallbackText: 'all',
};

export const SIM_CLIENTS: Setting<number | undefined> = {
  name: 'clients',
  placeholder: '<number>',
  flagOnly: true,
  description: 'only so many of the clients that the seed plans',
  parse: (text) => parseWholeNumber(text, 'a number of clients', 0, CLIENTS_MAX),
  fallback: undefined,
  fallbackText: 'all',
};

export const JOBS: Setting<number> = {
  name: 'jobs',
  placeholder: '<number>',
  description: 'how many threads run seeds at the same time',
  parse: (text) => parseWholeNumber(text, 'a number of threads', 1, JOBS_MAX),
  fallback: availableParallelism(),
  fallbackText: 'as many as there are cores',
};

export const KEEP_GOING = switchSetting({
  name: 'keepGoing',
  description: 'go on after a seed that failed, up to 20 of them',
  fallback: false,
});

export const CHECK_DETERMINISM = switchSetting({
  name: 'checkDeterminism',
  description: 'run each seed twice and compare all that happens, not only the first one',
  fallback: false,
});

export const SIM_JSON = switchSetting({
  name: 'json',
  description: 'print the summary as JSON',
  fallback: false,
});

export const LOG_FILE = textSetting({
  name: 'log',
  placeholder: '<file>',
  description: 'write what happened in the run, a line each, into this file; of several runs in the first that failed',
});

export const HISTORY_FILE = textSetting({
  name: 'history',
  placeholder: '<file>',
  description:
    "write what the clients asked and were told into this file, as Porcupine's key-value test data, which has no words for lists, revisions and conditions; of several runs of the first that failed",
});

export const VERBOSE = switchSetting({
  name: 'verbose',
  description: 'print what happened in the run',
  fallback: false,
});

export const DIAGRAM_FILE = textSetting({
  name: 'diagram',
  placeholder: '<file>',
  description: 'draw a space-time diagram of the run into this file, as SVG; of several runs of the first that failed',
});

export const SHOWN_INTERVAL: Setting<{ readonly fromMs: number; readonly untilMs: number } | undefined> = {
  name: 'interval',
  placeholder: '<from..until>',
  flagOnly: true,
  description: 'what the diagram shows, in virtual time, such as 5s..7s',
  parse: (text) => {
    const [from, until, ...rest] = text.split('..');
    if (from === undefined || until === undefined || rest.length > 0) {
      throw new RangeError(`${JSON.stringify(text)} is not an interval: write 5s..7s`);
    }
    const interval = { fromMs: parseDurationMs(from), untilMs: parseDurationMs(until) };
    if (interval.fromMs < interval.untilMs) return interval;
    throw new RangeError(`${JSON.stringify(text)} ends before it begins: write the earlier time first`);
  },
  fallback: undefined,
  fallbackText: 'the last 2s of the run, or those before it failed',
};
