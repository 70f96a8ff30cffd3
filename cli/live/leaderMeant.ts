import type { RelayClient } from '../../client/RelayClient.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { PeerId } from '../../shared/ids.ts';

const WORD = 'leader';

/**
 * Names of peers with the one that leads at the moment in the place of the word `leader`, as rules, scenarios and shapes read it.
 * @throws {WhitewaterError} PARTITION_SHAPE_UNFIT when nobody leads
 */
export async function withLeader<Id extends string>(
  names: readonly Id[],
  client: Pick<RelayClient, 'cluster'>,
  cluster: string,
): Promise<(Id | PeerId)[]> {
  if (!names.some((name) => name === WORD)) return [...names];
  const { leader } = await client.cluster(cluster);
  if (leader !== null) return [...new Set(names.map((name) => (name === WORD ? leader : name)))];
  const message = `nobody leads ${cluster} at the moment, so "${WORD}" is nobody: wait for an election, or name a peer`;
  throw new WhitewaterError('PARTITION_SHAPE_UNFIT', message);
}
