import { type Static, Type } from '../schema.ts';

/**
 * Why a vote or a pre-vote was refused. For people: no rule of the algorithm reads it.
 *
 * - `staleTerm`: the voter's term is higher
 * - `alreadyVoted`: the voter gave its vote of this term to another
 * - `logBehind`: the voter's log is more up to date (paper, 5.4.1)
 * - `leaderAlive`: the voter heard from a leader within the minimum election timeout (thesis, 4.2.3)
 */
export const VoteRefusal = Type.Union([
  Type.Literal('staleTerm'),
  Type.Literal('alreadyVoted'),
  Type.Literal('logBehind'),
  Type.Literal('leaderAlive'),
]);
export type VoteRefusal = Static<typeof VoteRefusal>;
