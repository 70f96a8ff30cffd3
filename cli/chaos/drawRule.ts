import type { GivenRule } from '../../client/Given.ts';
import type { Random } from '../../shared/random.ts';
import { between, pick, type Range } from './drawing.ts';

type Part = Partial<GivenRule>;

/** A rule that does something to frames. It ends by itself. */
export function drawRule(peers: readonly string[], ttlMs: number, random: Random): GivenRule {
  return { ...meaning(peers, ttlMs, random), ...fault(random) };
}

/** One that holds frames until they are let go, or it ends. */
export function drawHold(peers: readonly string[], ttlMs: number, random: Random): GivenRule {
  // Broad, so that there is something to let go: what is drawn narrowly holds nothing in the second that it has.
  const from = pick(['*', 'leader', 'follower', ...peers], random);
  return { from, to: '*', ttlMs, ...(random() < 0.3 ? { types: [pick(TYPES, random)] } : {}), hold: true };
}

/** One by which connections of this peer, if not of all, are answered late. */
export function drawAccept(id: string, ttlMs: number, random: Random): GivenRule {
  const from = random() < 0.5 ? '*' : id;
  return { from, to: '*', ttlMs, ...(random() < 0.2 ? pick(FEW, random) : {}), accept: delay(ACCEPT_MS, random) };
}

const FRAME_MS = { min: 5, max: 305 };
/** Of connections: they take a while anyway. */
const ACCEPT_MS = { min: 100, max: 1500 };
/** Frames of a link: those of a second are some tens. */
const FRAMES = { min: 1, max: 30 };
/** Of the connections of a peer, which are few while one rule is in force. */
const FEW: readonly Part[] = [{ every: 2 }, { first: 1 }];

const TYPES = ['@requests', '@replies', 'AppendEntries', 'RequestVote'];

/** Which frames, and when. */
function meaning(peers: readonly string[], ttlMs: number, random: Random): GivenRule {
  const ends = ['*', 'leader', 'follower', ...peers];
  const from = pick(ends, random);
  // Nobody sends to itself.
  const to = pick(from === '*' || from === 'follower' ? ends : ends.filter((end) => end !== from), random);
  return {
    ...{ from, to, ttlMs },
    ...(random() < 0.3 ? { both: true } : {}),
    ...(random() < 0.3 ? { types: [pick(TYPES, random)] } : {}),
    ...(random() < 0.2
      ? { flap: { onMs: 100 + Math.round(random() * 400), offMs: 100 + Math.round(random() * 400) } }
      : {}),
    ...(random() < 0.1 ? { startAfterMs: Math.round((random() * ttlMs) / 2) } : {}),
    ...(random() < 0.4 ? some(random) : {}),
  };
}

/** Not all of what a rule means: by their numbers on a link, or a share of them. */
function some(random: Random): Part {
  const count = (): number => Math.round(between(FRAMES, random));
  const every = 2 + Math.floor(random() * 4);
  const parts: readonly Part[] = [
    { every },
    { first: count() },
    { skip: count() },
    { skip: count(), every, first: count() },
    { probability: Math.round(random() * 100) / 100 },
  ];
  return pick(parts, random);
}

function fault(random: Random): Part {
  const share = Math.round(random() * 100) / 100;
  const ms = Math.round(between(FRAME_MS, random));
  const faults: readonly Part[] = [
    { drop: share },
    { drop: { goodToBad: rounded(share / 2), badToGood: 0.2 } },
    { delay: delay(FRAME_MS, random) },
    { reorder: { probability: share, delay: `0..${ms}ms` } },
    { duplicate: { probability: share, copies: 1 + Math.floor(random() * 3), delay: `0..${ms}ms` } },
    { corrupt: rounded(share / 4) },
    { rate: { bytesPerSecond: 2000 + Math.round(random() * 50_000) } },
    { disconnect: rounded(share / 20) },
  ];
  return pick(faults, random);
}

function delay(range: Range, random: Random): string {
  const ms = Math.round(between(range, random));
  return pick([`${ms}ms`, `0..${ms}ms`, `exponential(${ms}ms)`], random);
}

/** As people write a probability. */
function rounded(probability: number): number {
  return Math.round(probability * 10_000) / 10_000;
}
