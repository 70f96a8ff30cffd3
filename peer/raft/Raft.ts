import type { Effect } from './effect.ts';
import { resetElectionTimer } from './electionTimer.ts';
import { expireForwardedReads, forwardedReadsDeadlineMs } from './forwardedReads.ts';
import type { Input, MessageArrived } from './input.ts';
import { invariant, violated } from './invariant.ts';
import { checkInvariants, noteLandmarks, type Landmarks } from './invariants.ts';
import { changeMembership } from './membership.ts';
import { entryBytes } from './log/Log.ts';
import { completeOptions, type RaftOptions } from './options.ts';
import { RaftState, type StoredRaftState } from './RaftState.ts';
import { leaseUntilMs } from './reads.ts';
import { receiveAppendEntries } from './receive/receiveAppendEntries.ts';
import { receiveAppendEntriesReply } from './receive/receiveAppendEntriesReply.ts';
import { receiveInstallSnapshot, snapshotChunkStored, snapshotStored } from './receive/receiveInstallSnapshot.ts';
import { receiveInstallSnapshotReply } from './receive/receiveInstallSnapshotReply.ts';
import { receivePreVote } from './receive/receivePreVote.ts';
import { receivePreVoteReply } from './receive/receivePreVoteReply.ts';
import { receiveReadIndex } from './receive/receiveReadIndex.ts';
import { receiveReadIndexReply } from './receive/receiveReadIndexReply.ts';
import { receiveRequestVote } from './receive/receiveRequestVote.ts';
import { receiveRequestVoteReply } from './receive/receiveRequestVoteReply.ts';
import { receiveTimeoutNow } from './receive/receiveTimeoutNow.ts';
import { advanceCommit } from './replication.ts';
import { propose, read } from './requests.ts';
import { countOwnVote } from './roles/candidate.ts';
import { becomeFollower, electionTimedOut } from './roles/follower.ts';
import { leaderDeadlineMs, leaderDeadlineReached } from './roles/leader.ts';
import { askForSnapshot, snapshotTaken } from './snapshots.ts';
import { statusOf, type RaftStatus } from './status.ts';
import { adoptHigherTerm } from './term.ts';
import { timeOut } from './timeOut.ts';
import { promiseNoElection } from './voting.ts';
import { beginTransfer } from './transfer.ts';
import { successorDeadlineMs, successorDeadlineReached } from './transferAnswer.ts';

/**
 * Nobody falls so many elections behind. To adopt any term that a frame names, up to the schema's bound of 2^48, would leave
 * no next one: a single such frame would end every election for good.
 */
const TERM_JUMP_MAX = 2 ** 32;

/**
 * One peer's Raft: Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm", whole, with
 * PreVote, CheckQuorum, leadership transfer, learners and linearizable reads of Ongaro's thesis.
 *
 * It has no clock, randomness, disk or network of its own: each comes in by `step` or the options, and goes out as an effect.
 * The same class runs under the driver and under the simulator. Two instances that are given the same
 * options and inputs give the same effects.
 */
export class Raft {
  readonly #state: RaftState;
  #started = false;
  #failed = false;
  #deadlineMs = Number.POSITIVE_INFINITY;
  /** Of the step before. One object for all steps: there are very many. */
  readonly #before: Landmarks = { term: 0, votedFor: null, commitIndex: 0, lastIndexAsLeader: 0 };

  /**
   * @param stored what the store held; a new one holds term 0, no vote and no entries
   * @throws {RangeError} when an option is not legal
   */
  constructor(options: RaftOptions, stored: StoredRaftState) {
    this.#state = new RaftState(completeOptions(options), stored);
  }

  /**
   * Takes one input to its end.
   *
   * @returns what to do, in order: the write first, then the messages, then the rest
   * @throws {InvariantViolation} when the peer must stop; every later step throws too
   */
  step(input: Input): Effect[] {
    const state = this.#state;
    invariant(!this.#failed, 'this peer has failed before');
    this.#failed = true;
    if (this.#started === (input.type === 'start')) {
      violated(this.#started ? 'started twice' : `${input.type} came before start`);
    }
    if (!(input.nowMs >= state.nowMs)) violated(`the clock went back from ${state.nowMs} to ${input.nowMs}`);
    state.nowMs = input.nowMs;
    noteLandmarks(state, this.#before);
    if (input.type === 'message') state.outbox.begin(input.from, input.id);
    else state.outbox.begin(undefined, 0);
    this.#handle(input);
    this.#askForDeadline();
    checkInvariants(state, this.#before);
    this.#failed = false;
    return state.outbox.take();
  }

  /** This peer's account of itself. It may tell what is not durable yet: the driver waits before it passes it on. */
  status(nowMs: number): RaftStatus {
    return statusOf(this.#state, nowMs);
  }

  /** Until when no other leader can have been elected, under the assumption of `leaseReads`; minus infinity while not leading. */
  leaseUntilMs(): number {
    const { role } = this.#state;
    return role.type === 'leader' ? leaseUntilMs(this.#state, role) : Number.NEGATIVE_INFINITY;
  }

  #handle(input: Input): void {
    const state = this.#state;
    switch (input.type) {
      case 'start':
        return this.#start();
      case 'message':
        return this.#receive(input);
      case 'deadline':
        return this.#deadlineReached();
      case 'timeOut':
        return timeOut(state);
      case 'persisted':
        return this.#persisted(input.sequence);
      case 'propose':
        return propose(state, input.proposals);
      case 'read':
        return read(state, input.requestId);
      case 'changeMembership':
        if (state.role.type === 'leader') return changeMembership(state, state.role, input.requestId, input);
        return state.outbox.refuse(input.requestId, 'notLeader');
      case 'transfer':
        if (state.role.type === 'leader') return beginTransfer(state, state.role, input.requestId, input.to);
        return state.outbox.refuse(input.requestId, 'notLeader');
      case 'stepDown':
        if (state.role.type === 'leader') becomeFollower(state, 'requested');
        return;
      case 'applied':
        return this.#applied(input.index);
      case 'snapshotTaken':
        return snapshotTaken(state, input);
      case 'snapshotChunkStored':
        return snapshotChunkStored(state, input);
      case 'snapshotStored':
        return snapshotStored(state, input);
      default:
        return unreachable(input);
    }
  }

  #receive({ from, id, message }: MessageArrived): void {
    const state = this.#state;
    // No peer writes to itself: another process has its name. Following that one's term or entries would let this peer
    // depose or overwrite itself.
    const isImplausible = message.body.term > state.currentTerm + TERM_JUMP_MAX;
    if (from === state.id || isImplausible) return state.outbox.report({ type: 'ignored', reason: 'impossible' });
    adoptHigherTerm(state, message);
    switch (message.type) {
      case 'RequestVote':
        return receiveRequestVote(state, from, id, message.body);
      case 'RequestVoteReply':
        return receiveRequestVoteReply(state, from, message.body);
      case 'PreVote':
        return receivePreVote(state, from, id, message.body);
      case 'PreVoteReply':
        return receivePreVoteReply(state, from, message.body);
      case 'AppendEntries':
        return receiveAppendEntries(state, from, id, message.body);
      case 'AppendEntriesReply':
        return receiveAppendEntriesReply(state, from, message.body);
      case 'InstallSnapshot':
        return receiveInstallSnapshot(state, from, id, message.body);
      case 'InstallSnapshotReply':
        return receiveInstallSnapshotReply(state, from, message.body);
      case 'TimeoutNow':
        return receiveTimeoutNow(state, from, message.body);
      case 'ReadIndex':
        return receiveReadIndex(state, from, id, message.body);
      case 'ReadIndexReply':
        return receiveReadIndexReply(state, from, message.body);
      default:
        return unreachable(message);
    }
  }

  #start(): void {
    const state = this.#state;
    this.#started = true;
    // Before it stopped it may have heard a leader.
    if (state.currentTerm > 0) promiseNoElection(state);
    resetElectionTimer(state, 'started');
  }

  #deadlineReached(): void {
    const state = this.#state;
    this.#deadlineMs = Number.POSITIVE_INFINITY;
    expireForwardedReads(state);
    successorDeadlineReached(state);
    if (state.role.type === 'leader') leaderDeadlineReached(state, state.role);
    else if (state.electionTimer !== null && state.nowMs >= state.electionTimer.deadlineMs) electionTimedOut(state);
  }

  #persisted(sequence: number): void {
    const state = this.#state;
    if (!(sequence < state.outbox.upcomingSequence)) violated(`write ${sequence} was never asked for`);
    state.durableSequence = Math.max(state.durableSequence, sequence);
    state.log.synced(sequence);
    countOwnVote(state);
    if (state.role.type === 'leader') advanceCommit(state, state.role);
  }

  #applied(index: number): void {
    const state = this.#state;
    if (!(index <= state.handedOut)) violated(`applied ${index}, but only ${state.handedOut} was handed out`);
    for (let at = state.lastApplied + 1; at <= index; at += 1)
      state.unappliedBytes -= entryBytes(state.log.entryAt(at));
    state.lastApplied = Math.max(state.lastApplied, index);
    askForSnapshot(state);
  }

  #askForDeadline(): void {
    const deadlineMs = nextDeadlineMs(this.#state);
    if (deadlineMs === this.#deadlineMs) return;
    this.#deadlineMs = deadlineMs;
    if (deadlineMs !== Number.POSITIVE_INFINITY) this.#state.outbox.do({ type: 'setDeadline', atMs: deadlineMs });
  }
}

function nextDeadlineMs(state: RaftState): number {
  const { role, electionTimer } = state;
  if (role.type === 'leader') return leaderDeadlineMs(state, role);
  const electionMs = electionTimer?.deadlineMs ?? Number.POSITIVE_INFINITY;
  return Math.min(electionMs, forwardedReadsDeadlineMs(state), successorDeadlineMs(state));
}

function unreachable(value: never): never {
  throw new TypeError(`not handled: ${JSON.stringify(value)}`);
}
