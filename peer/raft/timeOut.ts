import type { RaftState } from './RaftState.ts';
import { electionTimedOut } from './roles/follower.ts';
import { hasPromised } from './voting.ts';

/**
 * Somebody who looks on wants an election: the timer counts as run out, and all else is as always. This is not TimeoutNow, which
 * is a leader's, who gives its lease up with it. A leader may still count on what this peer promised, so until that is over it
 * may ask the others, which harms nobody, and does not stand.
 */
export function timeOut(state: RaftState): void {
  const { electionTimer, options, outbox } = state;
  if (electionTimer === null || options.priority === 0) {
    return outbox.report({ type: 'ignored', reason: 'noElectionTimer' });
  }
  if (hasPromised(state) && !options.preVote) return outbox.report({ type: 'ignored', reason: 'leaderAlive' });
  electionTimedOut(state);
}
