import { PeerId } from '../ids.ts';
import { Count } from '../numbers.ts';
import { type Static, Type } from '../schema.ts';

/**
 * What is held against Raft's promises (paper, figure 3), and what one peer's account must always be.
 *
 * - `electionSafety`: two leaders of one term
 * - `oneVoteATerm`: a vote of one term changed, or was forgotten
 * - `nothingGoesBack`: a term fell, or a commit index within one process
 * - `leaderAppendOnly`: a leader's log got shorter or changed within its term
 * - `logMatching`: one term begins at different indexes in two logs, or terms fall along a log
 * - `leaderCompleteness`: a new leader lacks what was committed
 * - `stateMachineSafety`: one index was committed with two terms
 * - `ownOrder`: snapshot <= applied <= commit <= last, durable <= last
 */
export const SAFETY_RULES = [
  'electionSafety',
  'oneVoteATerm',
  'nothingGoesBack',
  'leaderAppendOnly',
  'logMatching',
  'leaderCompleteness',
  'stateMachineSafety',
  'ownOrder',
] as const;
export type SafetyRule = (typeof SAFETY_RULES)[number];
export const SafetyRule = Type.Unsafe<SafetyRule>(Type.Union(SAFETY_RULES.map((rule) => Type.Literal(rule))));

export const SafetyOffence = Type.Object({
  /** Milliseconds since the Unix epoch. */
  timeMs: Type.Number(),
  /** One sentence. */
  text: Type.String(),
  peers: Type.Array(PeerId),
  /** The line of the journal that holds the status which showed it; null when the journal does not have it. */
  seq: Type.Union([Count, Type.Null()]),
});
export type SafetyOffence = Static<typeof SafetyOffence>;

export const SafetyCheck = Type.Object({
  rule: SafetyRule,
  /** `notJudged`: what would be needed was not told; `why` says what. */
  state: Type.Union([Type.Literal('holds'), Type.Literal('broken'), Type.Literal('notJudged')]),
  /** One sentence; with `notJudged` only. */
  why: Type.Optional(Type.String()),
  /** The first offence since judging began; with `broken` only. */
  first: Type.Optional(SafetyOffence),
});
export type SafetyCheck = Static<typeof SafetyCheck>;

/** What the peers told the relay, held against Raft's promises. Content of entries, and what nobody told, are not seen. */
export const SafetyView = Type.Object({
  /** When judging began: milliseconds since the Unix epoch. */
  sinceMs: Type.Number(),
  /** How many statuses were judged. */
  statuses: Count,
  /** One of each rule, in the order of SAFETY_RULES. */
  checks: Type.Array(SafetyCheck),
});
export type SafetyView = Static<typeof SafetyView>;
