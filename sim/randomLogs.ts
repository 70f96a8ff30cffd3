import type { StoredState } from '../peer/ports/Storage.ts';
import { configurationOf } from '../peer/raft/configuration.ts';
import type { HardState } from '../peer/raft/effect.ts';
import type { PeerId } from '../shared/ids.ts';
import type { Entry } from '../shared/messages/Entry.ts';
import type { Random } from '../shared/random.ts';
import type { CommittedEntry } from './invariants.ts';

/** There are no times in the past. */
type PastEntry = Pick<CommittedEntry, 'entry' | 'inTerm'>;

/** What the disks of a cluster could hold, and which entries were committed. */
export interface Past {
  readonly stored: ReadonlyMap<PeerId, StoredState>;
  readonly committed: readonly PastEntry[];
}

/** One peer's disk, while its past is made up. */
interface Disk {
  readonly id: PeerId;
  currentTerm: number;
  votedFor: PeerId | null;
  entries: Entry[];
}

const TERMS_MAX = 6;
const ENTRIES_PER_TERM_MAX = 4;

/** A cluster that was never started. */
export function emptyPast(voters: readonly PeerId[]): Past {
  return pastOf(voters.map(emptyDisk), voters, []);
}

/**
 * Makes up a past that a cluster could have had: in each of a few terms a peer that can win does, appends some entries,
 * and reaches some of the others with some of them. So logs of different lengths, conflicting tails and committed
 * entries are there without anybody having proposed them.
 */
export function randomPast(voters: readonly PeerId[], random: Random): Past {
  const disks = voters.map(emptyDisk);
  const committed: PastEntry[] = [];
  const majority = Math.floor(voters.length / 2) + 1;
  const terms = Math.floor(random() * (TERMS_MAX + 1));
  for (let term = 1; term <= terms; term += 1) {
    const electorate = shuffled(disks, random);
    const leader = electorate.find(
      (candidate) => electorate.filter((voter) => isUpToDate(candidate.entries, voter.entries)).length >= majority,
    );
    if (leader === undefined) continue;
    const willing = electorate.filter((voter) => voter !== leader && isUpToDate(leader.entries, voter.entries));
    const voting = willing.slice(0, majority - 1 + Math.floor(random() * (willing.length - majority + 2)));
    for (const voter of [leader, ...voting]) {
      voter.currentTerm = term;
      voter.votedFor = leader.id;
    }
    reign(leader, disks, random, committed, majority);
  }
  return pastOf(disks, voters, committed);
}

/** The leader of a term appends, and some of the others get some of it. */
function reign(leader: Disk, disks: Disk[], random: Random, committed: PastEntry[], majority: number): void {
  const term = leader.currentTerm;
  const count = Math.floor(random() * (ENTRIES_PER_TERM_MAX + 1));
  for (let made = 0; made < count; made += 1) {
    leader.entries.push({ term, type: 'command', command: `${leader.id}.${term}.${made}` });
  }
  const matchIndexes = [leader.entries.length];
  for (const follower of disks) {
    if (follower === leader || follower.currentTerm > term || random() < 0.4) continue;
    const reached = Math.floor(random() * (leader.entries.length + 1));
    if (follower.currentTerm < term) follower.votedFor = null;
    follower.currentTerm = term;
    follower.entries = receive(follower.entries, leader.entries.slice(0, reached));
    matchIndexes.push(reached);
  }
  const index = matchIndexes.sort((one, other) => other - one)[majority - 1] ?? 0;
  // A term's leader commits its own entries, and with them all before (paper, 5.4.2).
  if (leader.entries[index - 1]?.term !== term) return;
  for (const entry of leader.entries.slice(committed.length, index)) committed.push({ entry, inTerm: term });
}

/** A log after a prefix of the leader's was delivered: a conflict deletes all that follows, and nothing else does. */
function receive(log: readonly Entry[], prefix: readonly Entry[]): Entry[] {
  const conflicts = prefix.some((entry, at) => log[at] !== undefined && log[at].term !== entry.term);
  return conflicts || log.length < prefix.length ? [...prefix] : [...log];
}

function isUpToDate(candidate: readonly Entry[], voter: readonly Entry[]): boolean {
  const candidateTerm = candidate.at(-1)?.term ?? 0;
  const voterTerm = voter.at(-1)?.term ?? 0;
  if (candidateTerm !== voterTerm) return candidateTerm > voterTerm;
  return candidate.length >= voter.length;
}

export function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  return items
    .map((item) => ({ item, key: random() }))
    .sort((one, other) => one.key - other.key)
    .map(({ item }) => item);
}

/** What the disk of a peer holds whose log was never compacted. */
export function storedState(
  voters: readonly PeerId[],
  hardState: HardState = { currentTerm: 0, votedFor: null },
  entries: readonly Entry[] = [],
): StoredState {
  return { hardState, base: { index: 0, term: 0 }, entries, snapshot: null, bootstrap: configurationOf(voters) };
}

function emptyDisk(id: PeerId): Disk {
  return { id, currentTerm: 0, votedFor: null, entries: [] };
}

function pastOf(disks: readonly Disk[], voters: readonly PeerId[], committed: readonly PastEntry[]): Past {
  const stored = new Map(
    disks.map(({ id, currentTerm, votedFor, entries }): [PeerId, StoredState] => [
      id,
      storedState(voters, { currentTerm, votedFor }, entries),
    ]),
  );
  return { stored, committed };
}
