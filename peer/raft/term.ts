import type { PeerId } from '../../shared/ids.ts';
import type { RaftMessage } from '../../shared/protocol.ts';
import { refuseForwardedReads } from './forwardedReads.ts';
import type { RaftState } from './RaftState.ts';
import { becomeFollower } from './roles/follower.ts';
import { successorKnown } from './transferAnswer.ts';
import { leaderIsAlive } from './voting.ts';

/**
 * "If RPC request or response contains term T > currentTerm: set currentTerm = T, convert to follower" (paper, Figure 2),
 * before anything else is done with the message.
 */
export function adoptHigherTerm(state: RaftState, message: RaftMessage): void {
  const { term } = message.body;
  if (term <= state.currentTerm || !mayAdopt(state, message)) return;
  becomeFollower(state, 'higherTerm');
  enterTerm(state, term, null);
}

/** Asking about a term does not begin it (thesis, 9.6), nor does a vote that is refused for a leader's sake (thesis, 4.2.3). */
function mayAdopt(state: RaftState, message: RaftMessage): boolean {
  if (message.type === 'PreVote') return false;
  if (message.type !== 'RequestVote' || message.body.leadershipTransfer) return true;
  return !(state.options.checkQuorum && leaderIsAlive(state));
}

/** The only place where the term changes, and with it the vote of the former term is forgotten. */
export function enterTerm(state: RaftState, term: number, votedFor: PeerId | null): void {
  state.outbox.report({ type: 'termChanged', from: state.currentTerm, to: term });
  state.currentTerm = term;
  state.votedFor = votedFor;
  state.outbox.setHardState({ currentTerm: term, votedFor });
  setLeader(state, null);
}

/** What was asked of the former leader will not be answered. */
export function setLeader(state: RaftState, leader: PeerId | null): void {
  if (leader === null) state.leaderHeardAtMs = null;
  if (state.leader === leader) return;
  state.leader = leader;
  state.outbox.report({ type: 'leaderChanged', leader });
  refuseForwardedReads(state, 'leaderChanged');
  if (leader !== null) successorKnown(state, leader);
}
