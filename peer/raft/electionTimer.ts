import type { TimerResetReason } from '../../shared/messages/Status.ts';
import type { RaftState } from './RaftState.ts';

/**
 * Draws a new timeout, from a continuous range so that ties are rare, and starts it. Only voters have one.
 *
 * Called when the current leader is heard, when a vote is granted, when an election is started (paper, 5.2), and to arm a timer
 * where none runs. Nothing else may call it: a refused request or a stale message that moved the deadline
 * would let peers that cannot win keep the others from standing.
 */
export function resetElectionTimer(state: RaftState, reason: TimerResetReason): void {
  if (!state.mayStand) {
    state.electionTimer = null;
    return;
  }
  const { electionTimeoutMsMin: min, electionTimeoutMsMax: max, random } = state.options;
  const timeoutMs = min + random() * (max - min);
  const deadlineMs = state.nowMs + timeoutMs;
  const timer = state.electionTimer;
  if (timer === null) state.electionTimer = { timeoutMs, deadlineMs, reason };
  else {
    // Each message of a leader comes here.
    timer.timeoutMs = timeoutMs;
    timer.deadlineMs = deadlineMs;
    timer.reason = reason;
  }
  if (state.options.wantsDetails()) state.outbox.report({ type: 'timerReset', reason, timeoutMs });
}
