import type { FrameEnd, FrameSample, LiveFrames } from '../../../shared/http/Frames.ts';
import type { LiveDelta, SampledMessage } from '../../../shared/http/Live.ts';
import type { PeerId } from '../../../shared/ids.ts';
import type { Status } from '../../../shared/messages/Status.ts';
import { followerStatus, IDS, leaderStatus, statusOf } from './statuses.ts';
import { deltaOf, NO_TRAFFIC, snapshotOf, viewOf } from './views.ts';

/** A message of a feed, and when the page received it on its own clock. */
export interface Received {
  readonly receivedAtMs: number;
  readonly message: SampledMessage;
}

/** When the feed below begins, on the relay's clock. The page's own is at 5000 then, and hears of everything 3 ms later. */
export const FEED_FROM_MS = 1_700_000_000_000;
export const PAGE_FROM_MS = 5000;
const DELAY_MS = 3;
const TICK_MS = 100;

export interface FeedOptions {
  /** Default: 12. */
  readonly seconds?: number;
  /** Default: as a cluster of five does when idle, 8 a tick. */
  readonly framesATick?: number;
}

/**
 * What a relay told of five peers, in the form of a real feed: a snapshot, and each 100 ms a delta and the frames.
 *
 * - to 4 s: p1 leads term 3, an entry is written every second
 * - 4 s to 8 s: p1 and p2 are cut off; p1 goes on believing; p3 asks for votes at 4.5 s, and leads term 4 from 5 s; p1's entries of
 *   term 3 beyond index 14 are on two peers only
 * - from 8 s: healed; p1 follows p3, and the logs are one again
 * - p4 to p5 is delayed by 400 ms throughout, p5 to p4 holds one frame from 2 s to 9 s
 */
export function recordedFeed({ seconds = 12, framesATick = 8 }: FeedOptions = {}): readonly Received[] {
  const feed: Received[] = [];
  const give = (atMs: number, message: SampledMessage): number =>
    feed.push({ receivedAtMs: PAGE_FROM_MS + atMs + DELAY_MS, message });
  give(0, { ...snapshotOf(viewsAt(0), { leader: IDS[0] ?? null, term: 3 }), timeMs: FEED_FROM_MS });
  const frames = new FrameMaker(framesATick);
  give(0, frames.tick(0, true));
  for (let atMs = TICK_MS; atMs < seconds * 1000; atMs += TICK_MS) {
    give(atMs, deltaAt(atMs));
    give(atMs, frames.tick(atMs, false));
  }
  return feed;
}

const [P1, P2, P3, P4, P5] = IDS as readonly [PeerId, PeerId, PeerId, PeerId, PeerId];
const CUT_MS = 4000;
const ELECTION_MS = 4500;
const ELECTED_MS = 5000;
const HEALED_MS = 8000;
const GROUPS = [
  [P1, P2],
  [P3, P4, P5],
];

function isCutAt(atMs: number): boolean {
  return atMs >= CUT_MS && atMs < HEALED_MS;
}

function leaderAt(atMs: number): { readonly id: PeerId | null; readonly term: number } {
  if (atMs < ELECTED_MS) return { id: P1, term: 3 };
  return { id: P3, term: 4 };
}

/** One entry a second from index 10; what the two sides wrote apart differs from index 14 on. */
function statusAt(id: PeerId, atMs: number): Status {
  const isMinority = (id === P1 || id === P2) && isCutAt(atMs);
  const written = Math.floor(atMs / 1000);
  const commitIndex = atMs < CUT_MS ? 10 + written : isMinority ? 13 : atMs < ELECTED_MS ? 13 : 9 + written;
  const lastLogIndex = isMinority ? 10 + written : Math.max(commitIndex, 13);
  const isNew = !isMinority && atMs >= ELECTED_MS;
  const log = {
    lastLogIndex,
    lastLogTerm: isNew ? 4 : 3,
    commitIndex,
    lastApplied: commitIndex,
    durableIndex: lastLogIndex,
    terms: [{ term: 1, firstIndex: 1 }, { term: 3, firstIndex: 6 }, ...(isNew ? [{ term: 4, firstIndex: 14 }] : [])],
    disk: { unsyncedEntries: 0, writingMs: 0, lastWriteMs: 2 },
    uptimeMs: 60_000 + atMs,
  };
  if (id === P1 && (atMs < ELECTED_MS || isMinority)) {
    const canCommit = atMs < CUT_MS + 400;
    return leaderStatus(3, {
      ...log,
      leader: P1,
      votedFor: P1,
      canCommit,
      progress: progressOf(P1, lastLogIndex, atMs),
    });
  }
  if (id === P3 && atMs >= ELECTED_MS) {
    return leaderStatus(4, { ...log, leader: P3, votedFor: P3, progress: progressOf(P3, lastLogIndex, atMs) });
  }
  if (id === P3 && atMs >= ELECTION_MS) {
    const votes = { granted: [P3], refused: [] };
    const electionTimer = {
      timeoutMs: 390,
      remainingMs: 390 - ((atMs - ELECTION_MS) % 390),
      reason: 'startedElection' as const,
    };
    return statusOf({ ...log, role: 'candidate', term: 4, votedFor: P3, electionTimer, votes });
  }
  const { id: leader, term } = isMinority ? { id: P1, term: 3 } : leaderAt(atMs);
  const timer = { timeoutMs: 340, remainingMs: 300 - ((atMs / 10) % 100), reason: 'heardFromLeader' as const };
  return followerStatus(term, leader, { ...log, electionTimer: timer });
}

function progressOf(leader: PeerId, lastLogIndex: number, atMs: number): NonNullable<Status['progress']> {
  const reaches = (peer: PeerId): boolean =>
    !isCutAt(atMs) || GROUPS.some((group) => group.includes(leader) && group.includes(peer));
  return IDS.filter((peer) => peer !== leader).map((peer) => ({
    peer,
    mode: reaches(peer) ? ('replicate' as const) : ('probe' as const),
    nextIndex: reaches(peer) ? lastLogIndex + 1 : 14,
    matchIndex: reaches(peer) ? lastLogIndex : 13,
    heardMsAgo: reaches(peer) ? 20 : atMs - CUT_MS,
  }));
}

function viewsAt(atMs: number) {
  return IDS.map((id) => viewOf(id, statusAt(id, atMs), { connectionId: `c-${id}`, heardMsAgo: 20, statusMsAgo: 10 }));
}

function deltaAt(atMs: number): LiveDelta {
  const timeMs = FEED_FROM_MS + atMs;
  const { id: leader, term } = leaderAt(atMs);
  const cut = isCutAt(atMs);
  const links = IDS.flatMap((from) =>
    IDS.filter((to) => to !== from && (from === leader || to === leader)).map((to) => {
      const isLost = cut && !GROUPS.some((group) => group.includes(from) && group.includes(to));
      return { from, to, delivered: isLost ? 0 : 1, dropped: isLost ? 1 : 0 };
    }),
  );
  return deltaOf({
    ...{ timeMs, leader, term, links },
    // Half a second apart as when idle, and at once around what happens.
    peers: atMs % 500 === 0 || atMs === ELECTION_MS ? viewsAt(atMs) : [],
    events: eventsAt(atMs),
    traffic: { ...NO_TRAFFIC, framesIn: atMs / 10, framesDelivered: atMs / 10 },
    ...(atMs === CUT_MS ? { partition: { groups: GROUPS } } : {}),
    ...(atMs === HEALED_MS ? { partition: null } : {}),
    ...(atMs === CUT_MS || atMs === HEALED_MS
      ? { faults: { epoch: atMs === CUT_MS ? 1 : 2, seed: 's', profile: 'reliable', rules: ['slow', 'hold'] } }
      : {}),
  });
}

function eventsAt(atMs: number): LiveDelta['events'] {
  const timeMs = FEED_FROM_MS + atMs - 5;
  if (atMs === CUT_MS) return [{ timeMs, kind: 'partitioned', peer: null, text: 'partitioned p1 p2 | p3 p4 p5' }];
  if (atMs === ELECTION_MS) return [{ timeMs, kind: 'roleChanged', peer: P3, text: 'p3 is candidate of term 4' }];
  if (atMs === ELECTED_MS) return [{ timeMs, kind: 'leaderElected', peer: P3, text: 'p3 leads term 4' }];
  if (atMs === HEALED_MS) return [{ timeMs, kind: 'healed', peer: null, text: 'healed' }];
  return [];
}

/** Frames as the relay's samples have them: heartbeats and their answers, votes, some that wait, one that is held. */
class FrameMaker {
  readonly #perTick: number;
  #seq = 0;
  #waiting: { readonly sample: FrameSample; readonly dueMs: number }[] = [];

  constructor(perTick: number) {
    this.#perTick = perTick;
  }

  tick(atMs: number, isWhole: boolean): LiveFrames {
    const timeMs = FEED_FROM_MS + atMs;
    const frames = [...this.#heartbeats(atMs), ...this.#votes(atMs), ...this.#held(atMs)];
    const ends: FrameEnd[] = this.#waiting
      .filter(({ dueMs }) => dueMs <= atMs)
      .map(({ sample, dueMs }) => ({ seq: sample.seq, copy: 0, timeMs: FEED_FROM_MS + dueMs }));
    this.#waiting = this.#waiting.filter(({ dueMs }) => dueMs > atMs);
    const held = atMs >= 2000 && atMs < 9000 ? [{ from: P5, to: P4, delayed: 0, held: 1 }] : [];
    const delayed = this.#waiting.filter(({ sample }) => sample.from === P4).length;
    const queues = [...(delayed === 0 ? [] : [{ from: P4, to: P5, delayed, held: 0 }]), ...held];
    return { type: 'frames', timeMs, isWhole, frames, ends, crowded: [], queues };
  }

  #heartbeats(atMs: number): FrameSample[] {
    const { id: leader, term } = leaderAt(atMs);
    if (leader === null) return [];
    const followers = IDS.filter((id) => id !== leader);
    return Array.from({ length: this.#perTick }, (_, index) => {
      const peer = followers[Math.floor(index / 2) % followers.length] ?? P2;
      const isReply = index % 2 === 1;
      const [from, to] = isReply ? [peer, leader] : [leader, peer];
      const isLost = isCutAt(atMs) && !GROUPS.some((group) => group.includes(from) && group.includes(to));
      const id = this.#seq + 1;
      const entries = atMs % 1000 === 0 ? 1 : 0;
      return this.#sample(atMs, {
        type: isReply ? 'AppendEntriesReply' : 'AppendEntries',
        ...{ from, to, bytes: isReply ? 120 : 180 + 40 * entries },
        ...(isLost ? { fate: 'dropped' as const, cause: 'partition' as const } : { fate: 'delivered' as const }),
        gist: isReply
          ? { term, yes: true, inReplyTo: id - 1, matchIndex: 10 }
          : { term, entries, prevLogIndex: 10, leaderCommit: 10 },
      });
    });
  }

  #votes(atMs: number): FrameSample[] {
    if (atMs !== ELECTION_MS) return [];
    return IDS.filter((to) => to !== P3).map((to) => {
      const isLost = to === P1 || to === P2;
      return this.#sample(atMs, {
        type: 'RequestVote',
        ...{ from: P3, to, bytes: 150 },
        ...(isLost ? { fate: 'dropped' as const, cause: 'partition' as const } : { fate: 'delivered' as const }),
        gist: { term: 4 },
      });
    });
  }

  #held(atMs: number): FrameSample[] {
    const made: FrameSample[] = [];
    if (atMs % 500 === 0) {
      const sample = this.#sample(atMs, {
        type: 'AppendEntriesReply',
        ...{ from: P4, to: P5, bytes: 120, fate: 'planned', strikes: ['slow'], delaysMs: [400] },
      });
      this.#waiting.push({ sample, dueMs: atMs + 400 });
      made.push(sample);
    }
    if (atMs === 2000) {
      const sample = this.#sample(atMs, {
        type: 'RequestVoteReply',
        ...{ from: P5, to: P4, bytes: 110, fate: 'planned', strikes: ['hold'], delaysMs: [null] },
      });
      this.#waiting.push({ sample, dueMs: 9000 });
      made.push(sample);
    }
    return made;
  }

  #sample(atMs: number, facts: Omit<FrameSample, 'seq' | 'timeMs' | 'id'>): FrameSample {
    this.#seq += 1;
    // Spread over the tick, as frames come.
    return { seq: this.#seq, timeMs: FEED_FROM_MS + atMs - (this.#seq % 10), id: this.#seq, ...facts };
  }
}
