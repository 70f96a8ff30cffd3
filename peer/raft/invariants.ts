import { invariant, violated } from './invariant.ts';
import type { RaftState } from './RaftState.ts';

/** What must not have gone back after a step. */
export interface Landmarks {
  term: number;
  votedFor: string | null;
  commitIndex: number;
  lastIndexAsLeader: number;
}

export function noteLandmarks(state: RaftState, landmarks: Landmarks): void {
  landmarks.term = state.currentTerm;
  landmarks.votedFor = state.votedFor;
  landmarks.commitIndex = state.commitIndex;
  landmarks.lastIndexAsLeader = state.role.type === 'leader' ? state.log.lastIndex : 0;
}

/** Held after every step, in production too. Each is constant time. */
export function checkInvariants(state: RaftState, before: Landmarks): void {
  if (!hold(state, before)) tellBroken(state, before);
}

/** All at once and without a word, since it is asked in every step; `tellBroken` says which one does not hold. */
function hold(state: RaftState, before: Landmarks): boolean {
  const { currentTerm, votedFor, commitIndex, log, role } = state;
  const isSameTerm = currentTerm === before.term;
  const isLeader = role.type === 'leader';
  return (
    currentTerm >= before.term &&
    (!isSameTerm || before.votedFor === null || votedFor === before.votedFor) &&
    (!isSameTerm || !isLeader || log.lastIndex >= before.lastIndexAsLeader) &&
    commitIndex >= before.commitIndex &&
    commitIndex <= log.lastIndex &&
    state.lastApplied <= commitIndex &&
    log.durableIndex <= log.lastIndex &&
    log.lastTerm <= currentTerm &&
    state.handedOut <= commitIndex &&
    log.baseIndex <= (state.snapshot?.index ?? 0) &&
    (!isLeader && state.mayStand) === (state.electionTimer !== null) &&
    (!isLeader || state.leader === state.id) &&
    (role.type !== 'candidate' || votedFor === state.id)
  );
}

/** @throws {InvariantViolation} */
function tellBroken(state: RaftState, before: Landmarks): void {
  const { currentTerm, votedFor, commitIndex, lastApplied, log, role } = state;
  invariant(currentTerm >= before.term, `the term fell from ${before.term} to ${currentTerm}`);
  if (currentTerm === before.term) {
    invariant(
      before.votedFor === null || votedFor === before.votedFor,
      `the vote of term ${currentTerm} changed from ${before.votedFor} to ${votedFor}`,
    );
    invariant(
      role.type !== 'leader' || log.lastIndex >= before.lastIndexAsLeader,
      `a leader removed entries of its own log in term ${currentTerm}`,
    );
  }
  invariant(commitIndex >= before.commitIndex, `the commit index fell from ${before.commitIndex} to ${commitIndex}`);
  invariant(commitIndex <= log.lastIndex, `the commit index ${commitIndex} is past the log's end ${log.lastIndex}`);
  invariant(lastApplied <= commitIndex, `${lastApplied} is applied but only ${commitIndex} committed`);
  invariant(log.durableIndex <= log.lastIndex, `the log is durable up to ${log.durableIndex}, past its end`);
  invariant(log.lastTerm <= currentTerm, `the log holds an entry of term ${log.lastTerm}, past ${currentTerm}`);
  invariant(state.handedOut <= commitIndex, `${state.handedOut} is handed out but only ${commitIndex} committed`);
  invariant(log.baseIndex <= (state.snapshot?.index ?? 0), `no snapshot holds what is before ${log.firstIndex}`);
  const hasTimer = role.type !== 'leader' && state.mayStand;
  invariant(hasTimer === (state.electionTimer !== null), `a ${role.type} with the wrong election timer`);
  invariant(role.type !== 'leader' || state.leader === state.id, 'a leader that does not name itself the leader');
  invariant(role.type !== 'candidate' || votedFor === state.id, 'a candidate that did not vote for itself');
  violated('an invariant does not hold, but none of those that are told one by one');
}
