import { NO_CONFIGURATION } from '../peer/raft/configuration.ts';
import type { HardState, SnapshotMetadata } from '../peer/raft/effect.ts';
import type { PeerId } from '../shared/ids.ts';
import type { Configuration } from '../shared/messages/Configuration.ts';
import type { Entry } from '../shared/messages/Entry.ts';
import type { Status } from '../shared/messages/Status.ts';
import type { RaftMessage } from '../shared/protocol.ts';
import type { DurableState, StoredImage } from './StoredImage.ts';
import { SimulationFailure } from './SimulationFailure.ts';

interface Reign {
  readonly peer: PeerId;
  readonly life: number;
}

/** An entry as it was first seen: whoever has one of this index and term has this one, behind the same predecessor. */
interface Sighting {
  readonly entry: Entry;
  readonly previousTerm: number;
}

export interface CommittedEntry {
  readonly entry: Entry;
  /** The earliest term in which somebody knew it to be committed. */
  inTerm: number;
  /** When somebody knew it first. */
  readonly atMs: number;
}

/**
 * The properties of the paper's Figure 3, over the whole history of a cluster, crashes included; and that nothing is told
 * before it is durable. The simulation tells what happens; each method throws when it must not have happened.
 *
 * (Leader Append-Only is asserted by the core itself.)
 */
export class Invariants {
  readonly #nowMs: () => number;
  readonly #reigns = new Map<number, Reign>();
  readonly #votes = new Map<PeerId, Map<number, PeerId>>();
  readonly #termsTold = new Map<PeerId, number>();
  readonly #sightings = new Map<string, Sighting>();
  /** Position 0 has index 1. */
  readonly #committed: CommittedEntry[] = [];
  /** Of what is committed, in order. */
  readonly #configurations: { readonly index: number; readonly configuration: Configuration }[] = [];
  /** What clusters were founded with; a peer that waits to be made a member knows of nobody. */
  readonly #founded: Configuration[] = [NO_CONFIGURATION];

  constructor(nowMs: () => number = () => 0) {
    this.#nowMs = nowMs;
  }

  /** How many terms ever had a leader. */
  get termsLed(): number {
    return this.#reigns.size;
  }

  /** How many votes were told, each peer's vote for itself among them. */
  get votesTold(): number {
    return [...this.#votes.values()].reduce((sum, { size }) => sum + size, 0);
  }

  get committed(): readonly CommittedEntry[] {
    return this.#committed;
  }

  /** Election Safety, and Leader Completeness. */
  electedLeader(peer: PeerId, life: number, term: number, log: StoredImage): void {
    const before = this.#reigns.get(term);
    if (before !== undefined) {
      throw new SimulationFailure(`Election Safety: ${before.peer} (life ${before.life}) and ${peer} led term ${term}`);
    }
    this.#reigns.set(term, { peer, life });
    for (let at = log.baseIndex; at < this.#committed.length; at += 1) {
      const { entry, inTerm } = this.#committedAt(at);
      if (inTerm < term && log.entryAt(at + 1)?.term !== entry.term) {
        throw new SimulationFailure(
          `Leader Completeness: ${peer} leads term ${term} without entry ${at + 1}, committed in term ${inTerm}`,
        );
      }
    }
  }

  /** One vote per term, nothing told before it is durable, and AppendEntries only from the leader. */
  messageLeaves(from: PeerId, to: PeerId, message: RaftMessage, disk: DurableState): void {
    const { body, type } = message;
    const term = type === 'PreVote' ? body.term - 1 : body.term;
    const { currentTerm, votedFor } = disk.hardState;
    if (currentTerm < term) {
      throw new SimulationFailure(`${from} tells term ${term} in a ${type} while its disk has term ${currentTerm}`);
    }
    this.#termsTold.set(from, Math.max(term, this.#termsTold.get(from) ?? 0));
    if (type === 'RequestVote') this.#voteTold(from, from, body.term, currentTerm, votedFor);
    if (type === 'RequestVoteReply' && message.body.voteGranted) {
      this.#voteTold(from, to, message.body.requestTerm, currentTerm, votedFor);
    }
    if (type === 'AppendEntries' && this.#reigns.get(body.term)?.peer !== from) {
      throw new SimulationFailure(`${from} sends AppendEntries of term ${body.term}, which it does not lead`);
    }
    if (type === 'AppendEntriesReply' && message.body.success && currentTerm === body.term) {
      const { matchIndex } = message.body;
      if (matchIndex > disk.baseIndex && disk.termAt(matchIndex) === undefined) {
        throw new SimulationFailure(`${from} acknowledges entry ${matchIndex}, which is not on its disk`);
      }
    }
  }

  /** A status tells term, vote, leader and role only when a crash could not take them back. */
  statusLeaves(from: PeerId, life: number, status: Status, { hardState }: DurableState): void {
    const { term, votedFor, role } = status;
    if (hardState.currentTerm < term) {
      throw new SimulationFailure(`${from} tells term ${term} in a Status while its disk has ${hardState.currentTerm}`);
    }
    this.#termsTold.set(from, Math.max(term, this.#termsTold.get(from) ?? 0));
    if (votedFor !== null) this.#voteTold(from, votedFor, term, hardState.currentTerm, hardState.votedFor);
    const reign = this.#reigns.get(term);
    if (role === 'leader' && (reign?.peer !== from || reign.life !== life)) {
      throw new SimulationFailure(`${from} says in a Status that it leads term ${term}, which it does not`);
    }
    this.#runsTold(from, status);
  }

  /** The log by terms, as a status tells it, is that of entries which were seen to be appended: each run begins where its term does. */
  #runsTold(from: PeerId, { terms = [], lastLogIndex, lastLogTerm }: Status): void {
    const says = `${from} says in a Status that its log is ${JSON.stringify(terms)}, up to ${lastLogIndex}`;
    for (const [at, { term, firstIndex }] of terms.entries()) {
      const seen = this.#sightings.get(`${firstIndex}/${term}`);
      const before = terms[at - 1];
      // What a run of the simulator begins with was never appended.
      const isWrong = seen !== undefined && before !== undefined && seen.previousTerm !== before.term;
      if (isWrong || firstIndex > lastLogIndex || before?.term === term || firstIndex <= (before?.firstIndex ?? 0)) {
        throw new SimulationFailure(says);
      }
    }
    const last = terms.at(-1);
    if (last !== undefined && last.term !== lastLogTerm) throw new SimulationFailure(`${says} of term ${lastLogTerm}`);
  }

  #voteTold(voter: PeerId, candidate: PeerId, term: number, termOnDisk: number, voteOnDisk: PeerId | null): void {
    if (termOnDisk === term && voteOnDisk !== candidate) {
      throw new SimulationFailure(`${voter} tells of a vote for ${candidate} in term ${term} that is not on its disk`);
    }
    const votes = this.#votes.get(voter) ?? new Map<number, PeerId>();
    this.#votes.set(voter, votes);
    const before = votes.get(term);
    if (before !== undefined && before !== candidate) {
      throw new SimulationFailure(`${voter} voted for ${before} and for ${candidate} in term ${term}`);
    }
    votes.set(term, candidate);
  }

  /** A peer begins its first life with these members. */
  founded(configuration: Configuration): void {
    if (!this.#founded.some((known) => sameConfiguration(known, configuration))) this.#founded.push(configuration);
  }

  /** What a peer told of its term outlives it. */
  restarted(peer: PeerId, { currentTerm }: HardState): void {
    const told = this.#termsTold.get(peer) ?? 0;
    if (currentTerm < told) {
      throw new SimulationFailure(`${peer} told term ${told} and came back with term ${currentTerm}`);
    }
  }

  /** Log Matching. @param log of the peer, with the new entries */
  appended(peer: PeerId, firstIndex: number, entries: readonly Entry[], log: StoredImage): void {
    for (const [offset, entry] of entries.entries()) {
      const index = firstIndex + offset;
      const previousTerm = index === 1 ? 0 : (log.termAt(index - 1) ?? -1);
      const key = `${index}/${entry.term}`;
      const seen = this.#sightings.get(key);
      if (seen === undefined) {
        this.#sightings.set(key, { entry, previousTerm });
      } else if (seen.previousTerm !== previousTerm || !sameEntry(seen.entry, entry)) {
        throw new SimulationFailure(`Log Matching: ${peer} holds another entry ${index} of term ${entry.term}`);
      }
    }
  }

  /** What is committed stays. @param log of the peer, still with the entries */
  truncated(peer: PeerId, fromIndex: number, log: StoredImage): void {
    for (let at = fromIndex - 1; at < Math.min(log.lastIndex, this.#committed.length); at += 1) {
      if (log.entryAt(at + 1)?.term === this.#committed[at]?.entry.term) {
        throw new SimulationFailure(`${peer} removes entry ${at + 1}, which is committed`);
      }
    }
  }

  /**
   * A snapshot takes the place of what is committed, and of nothing else; its members are those at its index (paper, section 7), not
   * those of an entry behind it, which may be truncated.
   *
   * @param base what the log begins behind
   */
  compacted(peer: PeerId, base: { readonly index: number; readonly term: number }, snapshot: SnapshotMetadata): void {
    for (const { index, term } of [base, snapshot]) {
      if (index === 0 || this.#committed[index - 1]?.entry.term === term) continue;
      throw new SimulationFailure(`${peer} begins its log behind ${index} of term ${term}, which is not committed`);
    }
    const committed = this.#configurations.findLast(({ index }) => index <= snapshot.index)?.configuration;
    const possible = committed === undefined ? this.#founded : [committed];
    if (possible.some((configuration) => sameConfiguration(configuration, snapshot.configuration))) return;
    const [has, should] = [snapshot.configuration, possible.at(-1)].map((members) => JSON.stringify(members));
    throw new SimulationFailure(
      `${peer} has a snapshot of ${snapshot.index} with the members ${has} instead of ${should}`,
    );
  }

  /**
   * State Machine Safety.
   * @param inTerm in which the peer knew the entries to be committed
   * @param isDurable whether an entry that nobody knew to be committed before is on the disks of a majority
   */
  applied(
    peer: PeerId,
    firstIndex: number,
    entries: readonly Entry[],
    inTerm: number,
    isDurable: (index: number, term: number) => boolean = () => true,
  ): void {
    for (const [offset, entry] of entries.entries()) {
      const index = firstIndex + offset;
      const known = this.#committed[index - 1];
      if (known === undefined) {
        if (index !== this.#committed.length + 1) throw new SimulationFailure(`${peer} skips to entry ${index}`);
        if (!isDurable(index, entry.term)) {
          throw new SimulationFailure(`${peer} applies entry ${index}, which is not on the disks of a majority`);
        }
        this.#committed.push({ entry, inTerm, atMs: this.#nowMs() });
        if (entry.type === 'configuration') this.#configurations.push({ index, configuration: entry.configuration });
      } else if (known.entry.term !== entry.term || !sameEntry(known.entry, entry)) {
        throw new SimulationFailure(
          `State Machine Safety: ${peer} applies another entry ${index} than was applied before`,
        );
      } else {
        known.inTerm = Math.min(known.inTerm, inTerm);
      }
    }
  }

  /**
   * Any majority of one configuration and any of the next have a peer in common (paper, section 6): voters change in two steps, and
   * the next step is not taken before the last one is committed.
   * @param log of the leader, without the new configuration
   */
  configured(peer: PeerId, index: number, next: Configuration, log: StoredImage): void {
    const before = log.configurationBefore(index);
    const isJoint = before.votersOutgoing.length > 0;
    const begins = !isJoint && sameMembers(next.votersOutgoing, before.voters);
    const ends = isJoint && next.votersOutgoing.length === 0 && sameMembers(next.voters, before.voters);
    const keeps = !isJoint && next.votersOutgoing.length === 0 && sameMembers(next.voters, before.voters);
    if (!begins && !ends && !keeps) {
      throw new SimulationFailure(`${peer} goes from ${JSON.stringify(before)} to ${JSON.stringify(next)} in one step`);
    }
    for (let at = this.#committed.length + 1; at < index; at += 1) {
      if (log.entryAt(at)?.type !== 'configuration') continue;
      throw new SimulationFailure(`${peer} changes the members at ${index} while the change at ${at} is not committed`);
    }
  }

  #committedAt(at: number): CommittedEntry {
    const committed = this.#committed[at];
    if (committed === undefined) throw new SimulationFailure(`entry ${at + 1} is not committed`);
    return committed;
  }
}

function sameMembers(one: readonly PeerId[], other: readonly PeerId[]): boolean {
  return one.length === other.length && one.every((peer) => other.includes(peer));
}

function sameConfiguration(one: Configuration, other: Configuration): boolean {
  return (
    sameMembers(one.voters, other.voters) &&
    sameMembers(one.votersOutgoing, other.votersOutgoing) &&
    sameMembers(one.learners, other.learners)
  );
}

function sameEntry(one: Entry, other: Entry): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
