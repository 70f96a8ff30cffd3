import type { PeerId } from '../../shared/ids.ts';

/** Who belongs to the cluster. Joint consensus and learners will stand beside `voters`. */
export interface Configuration {
  readonly voters: readonly PeerId[];
}

/** How many of a group are more than half of it. */
export function majorityOf(count: number): number {
  return Math.floor(count / 2) + 1;
}

/** Whether those for whom the predicate holds decide in this configuration. */
export function isQuorum(configuration: Configuration, has: (peer: PeerId) => boolean): boolean {
  const { voters } = configuration;
  let count = 0;
  for (const voter of voters) if (has(voter)) count += 1;
  return count >= majorityOf(voters.length);
}

/**
 * The greatest value that a quorum has reached: with match indexes, what is on a majority;
 * with times of last contact, since when a majority has been heard.
 */
export function quorumValue(configuration: Configuration, valueOf: (peer: PeerId) => number): number {
  const values = configuration.voters.map(valueOf).sort((a, b) => b - a);
  const value = values[majorityOf(values.length) - 1];
  return value ?? Number.NEGATIVE_INFINITY;
}
