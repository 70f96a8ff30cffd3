import type { GivenRule } from '../../client/Given.ts';
import { PROFILES } from '../../shared/http/Network.ts';
import { seededRandom, type Random } from '../../shared/random.ts';
import { ruleText } from '../network/ruleText.ts';
import type { Stage } from '../../client/scenario/Stage.ts';
import type { Timed, Upset } from './Upset.ts';

export interface RoundPlan {
  /** How long the faults go on before the network is healed. */
  readonly stormMs: number;
  readonly upsets: readonly Timed[];
}

const STORM_MS = { min: 5000, max: 10_000 };
const GAP_MS = { min: 150, max: 1200 };
/** How long a process stays away, and a rule in force. */
const AWAY_MS = { min: 200, max: 3000 };

/**
 * The faults of one round. What is drawn depends on the seed, the number of the round and who the peers are, and on nothing that
 * happens: the same seed gives the same faults at the same times.
 * @param mayKill whether processes may be killed and stopped
 */
export function drawRound(seed: string, round: number, peers: readonly string[], mayKill: boolean): RoundPlan {
  const random = seededRandom(seed, `chaos/${round}`);
  const stormMs = Math.round(between(STORM_MS, random));
  const upsets: Timed[] = [];
  for (let atMs = between(GAP_MS, random); atMs < stormMs; atMs += between(GAP_MS, random)) {
    upsets.push(
      ...drawUpset({ random, peers, mayKill }).map(({ afterMs, upset }) => ({ atMs: atMs + afterMs, upset })),
    );
  }
  upsets.sort((one, other) => one.atMs - other.atMs);
  return { stormMs, upsets };
}

interface Draw {
  readonly random: Random;
  readonly peers: readonly string[];
  readonly mayKill: boolean;
}

type Drawn = readonly { readonly afterMs: number; readonly upset: Upset }[];

function drawUpset(draw: Draw): Drawn {
  const weights: readonly (readonly [number, () => Drawn])[] = [
    [5, () => now(partition(draw))],
    [6, () => now(rule(draw))],
    [1, () => now(profile(draw))],
    [2, () => now(disconnect(draw))],
    [draw.mayKill ? 4 : 0, () => kill(draw)],
    [draw.mayKill ? 3 : 0, () => pausing(draw)],
  ];
  let at = draw.random() * weights.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, make] of weights) {
    at -= weight;
    if (at < 0) return make();
  }
  return now(rule(draw));
}

function now(upset: Upset): Drawn {
  return [{ afterMs: 0, upset }];
}

function partition({ random, peers }: Draw): Upset {
  const one = pick(peers, random);
  const shapes = ['halves', 'majority-minority', 'isolate-leader', `isolate:${one}`, 'ring', 'bridge', `bridge:${one}`];
  const shape = pick([...shapes, 'one-way', `one-way:${one}`, 'swizzle', 'none'], random);
  const stepMs = Math.round(between({ min: 100, max: 800 }, random));
  const run = async ({ network }: Stage): Promise<string> => {
    if (shape === 'none') await network.reconnect();
    else await network.partition(shape, shape === 'swizzle' ? { stepMs } : {});
    return '';
  };
  return { kind: 'partition', text: `partition ${shape}`, run };
}

function rule({ random, peers }: Draw): Upset {
  const ends = ['*', 'leader', 'follower', ...peers];
  const ttlMs = Math.round(between(AWAY_MS, random));
  const rule: GivenRule = {
    ...{ from: pick(ends, random), to: pick(ends, random), ttlMs },
    ...(random() < 0.3 ? { both: true } : {}),
    ...(random() < 0.3 ? { types: [pick(['@requests', '@replies', 'AppendEntries', 'RequestVote'], random)] } : {}),
    ...(random() < 0.2
      ? { flap: { onMs: 100 + Math.round(random() * 400), offMs: 100 + Math.round(random() * 400) } }
      : {}),
    ...fault(random),
  };
  // A few names, so that rules replace each other, and frames that one holds are released by the next.
  const name = `chaos${1 + Math.floor(random() * 6)}`;
  const run = async ({ network }: Stage): Promise<string> => {
    await network.rule(name, rule);
    return '';
  };
  return { kind: 'rule', text: `rule ${name}: ${ruleText(rule as Parameters<typeof ruleText>[0])}`, run };
}

function fault(random: Random): Partial<GivenRule> {
  const share = Math.round(random() * 100) / 100;
  const ms = Math.round(5 + random() * 300);
  const faults: readonly Partial<GivenRule>[] = [
    { drop: share },
    { drop: { goodToBad: share / 2, badToGood: 0.2 } },
    { delay: `${ms}ms` },
    { delay: `0..${ms}ms` },
    { delay: `exponential(${ms}ms)` },
    { reorder: { probability: share, delay: `0..${ms}ms` } },
    { duplicate: { probability: share, copies: 1 + Math.floor(random() * 3), delay: `0..${ms}ms` } },
    { corrupt: share / 4 },
    { hold: true },
    { rate: { bytesPerSecond: 2000 + Math.round(random() * 50_000) } },
    { disconnect: share / 20 },
  ];
  return pick(faults, random);
}

function profile({ random }: Draw): Upset {
  const name = pick(PROFILES, random);
  const run = async ({ network }: Stage): Promise<string> => {
    await network.profile(name);
    return '';
  };
  return { kind: 'profile', text: `profile ${name}`, run };
}

function disconnect({ random, peers }: Draw): Upset {
  const id = pick(peers, random);
  const forMs = random() < 0.5 ? 0 : Math.round(between(AWAY_MS, random));
  const run = async ({ network }: Stage): Promise<string> => {
    await network.disconnect(id, forMs === 0 ? {} : { forMs });
    return '';
  };
  return { kind: 'disconnect', text: forMs === 0 ? `disconnect ${id}` : `disconnect ${id} for ${forMs} ms`, run };
}

function kill({ random, peers }: Draw): Drawn {
  const id = pick(peers, random);
  const afterMs = Math.round(between(AWAY_MS, random));
  return [
    { afterMs: 0, upset: onProcess('kill', `kill ${id} for ${afterMs} ms`, async (processes) => processes.kill(id)) },
    { afterMs, upset: onProcess('kill', `start ${id}`, async (processes) => processes.start(id)) },
  ];
}

function pausing({ random, peers }: Draw): Drawn {
  const id = pick(peers, random);
  const afterMs = Math.round(between(AWAY_MS, random));
  return [
    {
      afterMs: 0,
      upset: onProcess('pause', `pause ${id} for ${afterMs} ms`, async (processes) => processes.pause(id)),
    },
    { afterMs, upset: onProcess('pause', `resume ${id}`, async (processes) => processes.resume(id)) },
  ];
}

function onProcess(
  kind: 'kill' | 'pause',
  text: string,
  act: (processes: NonNullable<Stage['processes']>) => Promise<void>,
): Upset {
  const run = async ({ processes }: Stage): Promise<string> => {
    if (processes !== undefined) await act(processes);
    return '';
  };
  return { kind, text, run };
}

function between({ min, max }: { min: number; max: number }, random: Random): number {
  return min + random() * (max - min);
}

function pick<Value>(from: readonly Value[], random: Random): Value {
  const value = from[Math.floor(random() * from.length)];
  if (value === undefined) throw new Error('there is nothing to pick from');
  return value;
}
