import type { HardState, SnapshotMetadata } from '../peer/raft/effect.ts';
import type { PeerId } from '../shared/ids.ts';
import type { AppendEntries } from '../shared/messages/AppendEntries.ts';
import type { AppendEntriesReply } from '../shared/messages/AppendEntriesReply.ts';
import type { Configuration } from '../shared/messages/Configuration.ts';
import type { Entry } from '../shared/messages/Entry.ts';
import type { InstallSnapshotReply } from '../shared/messages/InstallSnapshotReply.ts';
import type { Status } from '../shared/messages/Status.ts';
import type { RaftMessage } from '../shared/protocol.ts';
import type { DurableState, StoredImage } from './StoredImage.ts';
import { Executions } from './Executions.ts';
import { MemberRules } from './MemberRules.ts';
import { Reign } from './Reign.ts';
import { SimulationFailure } from './SimulationFailure.ts';

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
  #newestTermLed = 0;
  readonly #votes = new Map<PeerId, Map<number, PeerId>>();
  readonly #termsTold = new Map<PeerId, number>();
  readonly #sightings = new Map<string, Sighting>();
  /** Position 0 has index 1. */
  readonly #committed: CommittedEntry[] = [];
  readonly #members = new MemberRules();
  /** What state machines are given, where there are some. */
  readonly executions = new Executions(() => this.#committed);

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
    const reign = new Reign(peer, life, term, log);
    this.#reigns.set(term, reign);
    this.#newestTermLed = Math.max(this.#newestTermLed, term);
    for (let at = log.baseIndex; at < this.#committed.length; at += 1) this.#holdComplete(reign, at + 1);
  }

  /** Leader Completeness: what is committed in one term is in the log of every leader of a later one when it is elected. */
  #holdComplete(reign: Reign, index: number): void {
    const committed = this.#committed[index - 1];
    if (committed === undefined || committed.inTerm >= reign.term) return;
    if (reign.heldAtElection(index, committed.entry.term)) return;
    throw new SimulationFailure(
      `Leader Completeness: ${reign.peer} leads term ${reign.term} without entry ${index}, committed in term ${committed.inTerm}`,
    );
  }

  /** An entry is known to be committed in this term, or in an earlier one than was known: leaders may have been elected since. */
  #committedIn(term: number, index: number): void {
    if (term >= this.#newestTermLed) return;
    for (const reign of this.#reigns.values()) this.#holdComplete(reign, index);
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
    if (type === 'AppendEntries') this.#entriesSent(from, message.body);
    if (type === 'AppendEntriesReply' && message.body.success) this.#acknowledged(from, message.body, disk);
    if (type === 'InstallSnapshotReply' && message.body.done) this.#installed(from, message.body, disk);
  }

  #entriesSent(from: PeerId, { term, leaderCommit }: AppendEntries): void {
    if (this.#reigns.get(term)?.peer !== from) {
      throw new SimulationFailure(`${from} sends AppendEntries of term ${term}, which it does not lead`);
    }
    if (leaderCommit > this.#committed.length) {
      throw new SimulationFailure(`${from} says that ${leaderCommit} is committed, which nobody has applied`);
    }
  }

  /** What a follower acknowledges is on its disk, and is what the leader of that term has there. */
  #acknowledged(from: PeerId, { requestTerm, matchIndex }: AppendEntriesReply, disk: DurableState): void {
    // It may be that a later leader's entries took their place before the reply leaves; no reply of that term counts any more.
    if (disk.hardState.currentTerm !== requestTerm || matchIndex <= disk.baseIndex) return;
    const reign = this.#reigns.get(requestTerm);
    if (reign === undefined) {
      throw new SimulationFailure(
        `${from} acknowledges entry ${matchIndex} in term ${requestTerm}, which nobody leads`,
      );
    }
    const term = reign.termAt(matchIndex) ?? this.#committed[matchIndex - 1]?.entry.term;
    const durable = disk.termAt(matchIndex);
    if (durable === undefined || durable !== term) {
      throw new SimulationFailure(
        `${from} acknowledges entry ${matchIndex} of term ${term}, and has ${durable ?? 'none'} on its disk`,
      );
    }
  }

  /** Who says that it has a snapshot whole has all that is in it on its disk, by that snapshot or by the entries. */
  #installed(from: PeerId, { lastIncludedIndex: index }: InstallSnapshotReply, disk: DurableState): void {
    if (index <= disk.baseIndex) return;
    const durable = disk.termAt(index);
    if (durable !== undefined && durable === this.#committed[index - 1]?.entry.term) return;
    throw new SimulationFailure(
      `${from} says that it holds what a snapshot of ${index} does, which is not on its disk`,
    );
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
    this.#members.founded(configuration);
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

  /**
   * What is committed stays, but on whoever is still in an earlier term than that in which it was committed: a leader of that term may
   * give it its own entries, as long as the others make a majority.
   * @param term which the peer is in
   * @param log of the peer, still with the entries
   */
  truncated(peer: PeerId, term: number, fromIndex: number, log: StoredImage): void {
    for (let at = fromIndex - 1; at < Math.min(log.lastIndex, this.#committed.length); at += 1) {
      const committed = this.#committed[at];
      if (committed === undefined || term < committed.inTerm) continue;
      if (log.entryAt(at + 1)?.term === committed.entry.term) {
        throw new SimulationFailure(`${peer} removes entry ${at + 1}, which is committed`);
      }
    }
  }

  /** A snapshot takes the place of what is committed, and of nothing else. @param base what the log begins behind */
  compacted(peer: PeerId, base: { readonly index: number; readonly term: number }, snapshot: SnapshotMetadata): void {
    for (const { index, term } of [base, snapshot]) {
      if (index === 0 || this.#committed[index - 1]?.entry.term === term) continue;
      throw new SimulationFailure(`${peer} begins its log behind ${index} of term ${term}, which is not committed`);
    }
    this.#members.snapshotTaken(peer, snapshot);
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
        if (entry.type === 'configuration') this.#members.committed(index, entry.configuration);
        this.#committedIn(inTerm, index);
      } else if (known.entry.term !== entry.term || !sameEntry(known.entry, entry)) {
        throw new SimulationFailure(
          `State Machine Safety: ${peer} applies another entry ${index} than was applied before`,
        );
      } else {
        if (inTerm < known.inTerm) {
          known.inTerm = inTerm;
          this.#committedIn(inTerm, index);
        }
      }
    }
  }

  /** @param log of the leader, without the new configuration */
  configured(peer: PeerId, index: number, next: Configuration, log: StoredImage): void {
    this.#members.configured(peer, { index, next, log, committedThrough: this.#committed.length });
  }
}

function sameEntry(one: Entry, other: Entry): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
