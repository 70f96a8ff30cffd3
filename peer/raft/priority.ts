import type { PeerId } from '../../shared/ids.ts';
import type { Progress } from './Progress.ts';
import type { Leader, RaftState } from './RaftState.ts';
import { hasCommittedInTerm } from './reads.ts';
import { beginTransfer } from './transfer.ts';

/** A handover that came to nothing is not tried again for so many election timeouts. */
const TIMEOUTS_BETWEEN = 10;

/** Hands over to the voter of highest priority above this leader's own, once that holds what is committed and answers. */
export function yieldToHigherPriority(state: RaftState, leader: Leader): void {
  if (leader.transfer !== null || state.nowMs < state.nextYieldAtMs || !hasCommittedInTerm(state)) return;
  let heir: PeerId | undefined;
  let priority = state.options.priority;
  for (const [peer, progress] of leader.progress) {
    if (progress.priority <= priority || !mayInherit(state, peer, progress)) continue;
    heir = peer;
    priority = progress.priority;
  }
  if (heir === undefined) return;
  state.nextYieldAtMs = state.nowMs + TIMEOUTS_BETWEEN * state.options.electionTimeoutMsMax;
  beginTransfer(state, leader, null, heir);
}

function mayInherit(state: RaftState, peer: PeerId, progress: Progress): boolean {
  const { configuration, commitIndex, nowMs, options } = state;
  const answers = nowMs - progress.heardAtMs < options.electionTimeoutMsMin;
  const holdsAll = progress.mode === 'replicate' && progress.matchIndex >= commitIndex;
  return answers && holdsAll && !progress.neverLeads && configuration.voters.includes(peer);
}
