import type { SafetyRule } from '../../../../../shared/http/Safety.ts';

/** Each rule by its name, and what it promises. */
export const SAFETY_WORDS: Readonly<Record<SafetyRule, { readonly name: string; readonly promise: string }>> = {
  electionSafety: { name: 'Election Safety', promise: 'a term has one leader at the most' },
  oneVoteATerm: { name: 'One vote a term', promise: 'nobody votes for two in one term, or forgets its vote' },
  nothingGoesBack: { name: 'Terms and commits go up', promise: 'no term falls, and nothing committed is taken back' },
  leaderAppendOnly: { name: 'Leader Append-Only', promise: 'a leader only adds to its log' },
  logMatching: { name: 'Log Matching', promise: 'logs with the same term at an index are the same up to there' },
  leaderCompleteness: { name: 'Leader Completeness', promise: 'a new leader has all that was committed' },
  stateMachineSafety: { name: 'State Machine Safety', promise: 'nothing else is committed at the same index' },
  ownOrder: { name: 'A peer’s own order', promise: 'snapshot, applied, committed and last index stand in this order' },
};
