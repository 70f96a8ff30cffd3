import type { PeerId } from '../../shared/ids.ts';
import type { RefusalReason } from './effect.ts';
import type { Leader, RaftState } from './RaftState.ts';
import { startElection } from './roles/candidate.ts';
import { becomeFollower } from './roles/follower.ts';
import { answerTransfer } from './transferAnswer.ts';

/** Hands leadership over: no more proposals, the follower gets all there is, then it is told to stand (thesis, 3.10). */
export function beginTransfer(state: RaftState, leader: Leader, requestId: number | null, to: PeerId): void {
  if (to === state.id) return answerTransfer(state, requestId, undefined);
  if (leader.transfer !== null) return answerTransfer(state, requestId, 'transferring');
  if (!state.configuration.voters.includes(to)) return answerTransfer(state, requestId, 'illegal');
  // Proposals are refused meanwhile: no longer than it takes to elect somebody (thesis, 3.10).
  leader.transfer = { requestId, to, deadlineMs: state.nowMs + state.options.electionTimeoutMsMax };
  urgeTransfer(state, leader);
}

/** Tells the follower to stand, once it has everything; again with every heartbeat, for the message may be lost. */
export function urgeTransfer(state: RaftState, leader: Leader): void {
  const { transfer } = leader;
  if (transfer === null) return;
  const progress = leader.progress.get(transfer.to);
  if (progress?.neverLeads === true) return giveUp(state, leader, 'neverLeads');
  // Whoever holds the whole log has answered in this term, so that it has said by now whether it leads at all.
  if (progress?.matchIndex !== state.log.lastIndex) return;
  leader.hasSentTimeoutNow = true;
  state.outbox.sendRevealingTermOnly(transfer.to, { type: 'TimeoutNow', body: { term: state.currentTerm } });
}

/** Nobody was asked to stand, so the reign goes on as if nothing had been. */
function giveUp(state: RaftState, leader: Leader, why: RefusalReason): void {
  const requestId = leader.transfer?.requestId ?? null;
  leader.transfer = null;
  answerTransfer(state, requestId, why);
}

/** The reign ended. If the other was asked to stand, it may lead next, whatever ended it. */
export function endTransfer(state: RaftState, leader: Leader): void {
  if (leader.transfer === null) return;
  const { requestId, to } = leader.transfer;
  leader.transfer = null;
  if (!leader.hasSentTimeoutNow) return answerTransfer(state, requestId, 'leaderChanged');
  if (requestId === null) return;
  const deadlineMs = state.nowMs + state.options.electionTimeoutMsMax;
  state.awaitedSuccessor = { requestId, to, term: state.currentTerm, deadlineMs };
}

/**
 * Gives the transfer up. If TimeoutNow has left, it may arrive at any later time of this term, and voters would then elect another
 * within this leader's lease. So it begins the next term, in which TimeoutNow is stale, and stands there itself: its log
 * is complete, and voters who hear a leader need not refuse, for the only promise that they break is the one to itself. Whoever
 * wins that term, the other or this peer, no TimeoutNow can elect anybody after it.
 */
export function transferDeadlineReached(state: RaftState, leader: Leader): void {
  const { transfer } = leader;
  if (transfer === null || state.nowMs < transfer.deadlineMs) return;
  if (leader.hasSentTimeoutNow) {
    becomeFollower(state, 'transferFailed');
    startElection(state, 'transfer');
  } else {
    giveUp(state, leader, 'successorBehind');
  }
}
