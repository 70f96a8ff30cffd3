import type { GivenRule } from '../../client/Given.ts';
import type { ShapeName } from '../../client/Network.ts';
import { ORPHANS, PROFILES, type Orphans } from '../../shared/http/Network.ts';
import { seededRandom, type Random } from '../../shared/random.ts';
import { ruleText } from '../network/ruleText.ts';
import { drawAccept, drawHold, drawRule } from './drawRule.ts';
import { between, pick } from './drawing.ts';
import type { Timed, Upset, UpsetKind } from './Upset.ts';
import type { Stage } from '../../client/scenario/Stage.ts';

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
    [6, () => rule(draw)],
    [2, () => hold(draw)],
    [2, () => slowAccept(draw)],
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
  return rule(draw);
}

function now(upset: Upset): Drawn {
  return [{ afterMs: 0, upset }];
}

function partition({ random, peers }: Draw): Upset {
  const one = pick(peers, random);
  const shapes: ShapeName[] = [
    'halves',
    'majority-minority',
    'isolate-leader',
    `isolate:${one}`,
    'ring',
    'bridge',
    `bridge:${one}`,
  ];
  const shape = pick<ShapeName | 'none'>([...shapes, 'one-way', `one-way:${one}`, 'swizzle', 'none'], random);
  const stepMs = Math.round(between({ min: 100, max: 800 }, random));
  const isDelivered = random() < 0.3;
  const run = async ({ network }: Stage): Promise<string> => {
    if (shape === 'none') await network.reconnect();
    else {
      const steps = shape === 'swizzle' ? { stepMs } : {};
      await network.partition(shape, { ...steps, ...(isDelivered ? { inFlight: 'delivered' } : {}) });
    }
    return '';
  };
  const inFlight = isDelivered && shape !== 'none' ? ', frames on their way are delivered' : '';
  return { kind: 'partition', text: `partition ${shape}${inFlight}`, run };
}

/** Most of them end by themselves. */
function rule({ random, peers }: Draw): Drawn {
  const name = ruleName(random);
  const ttlMs = Math.round(between(AWAY_MS, random));
  const upset = putInForce('rule', name, drawRule(peers, ttlMs, random));
  return [...now(upset), ...(random() < 0.3 ? [removed(name, ttlMs, random)] : [])];
}

/** Frames are held, let go while the rule holds on, and what it has when it is removed goes as is drawn. */
function hold({ random, peers }: Draw): Drawn {
  const name = ruleName(random);
  const ttlMs = Math.round(between(AWAY_MS, random));
  const releases = Array.from({ length: 1 + Math.floor(random() * 2) }, () => ({
    afterMs: between({ min: 0.2, max: 1 }, random) * ttlMs,
    upset: release(name, random),
  }));
  const upset = putInForce('rule', name, drawHold(peers, ttlMs, random));
  return [...now(upset), ...releases, ...(random() < 0.7 ? [removed(name, ttlMs, random)] : [])];
}

/** With a connection that has to wait: a rule that none meets would do nothing. */
function slowAccept({ random, peers }: Draw): Drawn {
  const id = pick(peers, random);
  const ttlMs = Math.round(between(AWAY_MS, random));
  const upset = putInForce('accept', ruleName(random), drawAccept(id, ttlMs, random));
  return [...now(upset), { afterMs: (random() * ttlMs) / 2, upset: cutSocket(id, 0) }];
}

/** A few names, so that rules replace each other, and frames that one holds are released by the next. */
function ruleName(random: Random): string {
  return `chaos${1 + Math.floor(random() * 6)}`;
}

function putInForce(kind: UpsetKind, name: string, rule: GivenRule): Upset {
  const run = async ({ network }: Stage): Promise<string> => {
    await network.rule(name, rule);
    return '';
  };
  return { kind, text: `rule ${name}: ${ruleText(rule as Parameters<typeof ruleText>[0])}`, run };
}

function release(name: string, random: Random): Upset {
  const order = pick(['inOrder', 'shuffled'] as const, random);
  const first = random() < 0.5 ? 1 + Math.floor(random() * 10) : undefined;
  const run = async ({ network }: Stage): Promise<string> => {
    const released = await network.release(name, { order, ...(first === undefined ? {} : { first }) });
    return `${released} ${released === 1 ? 'frame' : 'frames'}`;
  };
  const which = first === undefined ? 'all' : first === 1 ? 'the oldest' : `the oldest ${first}`;
  const text = `release ${which} of what ${name} holds, ${order === 'shuffled' ? 'shuffled' : 'in order'}`;
  return { kind: 'release', text, run };
}

const FRAMES_TEXT: Readonly<Record<Orphans, string>> = {
  release: 'its frames come at once, in order',
  shuffle: 'its frames come at once, shuffled',
  drop: 'its frames are lost',
  keep: 'its frames come at their time',
};

/** Now and then so late that it has ended by itself. */
function removed(name: string, ttlMs: number, random: Random): Drawn[number] {
  const frames = pick(ORPHANS, random);
  const run = async ({ network }: Stage): Promise<string> => {
    await network.removeRule(name, { frames });
    return '';
  };
  const text = `remove rule ${name}, ${FRAMES_TEXT[frames]}`;
  return { afterMs: between({ min: 0.3, max: 1.1 }, random) * ttlMs, upset: { kind: 'removal', text, run } };
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
  return cutSocket(id, forMs);
}

function cutSocket(id: string, forMs: number): Upset {
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
