import { WhitewaterError, type ErrorCode } from '../../shared/errors.ts';
import type { ClusterId } from '../../shared/ids.ts';
import { partitionText } from '../hub/partitionText.ts';
import type { Cluster } from '../hub/Cluster.ts';
import type { Hub } from '../hub/Hub.ts';

/** How a request ends that its cluster did not answer. */
const UNANSWERED: ReadonlySet<ErrorCode> = new Set([
  'TIMED_OUT',
  'NO_PEER',
  'NOT_LEADER',
  'OUTCOME_UNKNOWN',
  'TRANSFER_FAILED',
]);

/**
 * Has a request carried, and where the cluster does not answer, adds what the relay knows about why.
 * @param look what is to be looked at before an attempt of unknown outcome is made again
 */
export async function explainSilence<Value>(
  hub: Hub,
  cluster: ClusterId,
  look: string,
  work: () => Promise<Value>,
): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof WhitewaterError) || !UNANSWERED.has(error.code) || hub.isStopping) throw error;
    const { code, message, details } = error;
    const advice = code === 'OUTCOME_UNKNOWN' ? [`${look} before trying again`] : [];
    const known = [situationOf(hub.cluster(cluster)), ...advice].join('; ');
    // Some messages name the command already.
    const next = message.includes('whitewater status') ? '' : '; "whitewater status" shows more';
    throw new WhitewaterError(code, `${message}; ${known}${next}`, { cause: error, details });
  }
}

/** Who leads, who is away, and what cuts the network. */
function situationOf({ leadership: { leader, leaderTerm }, roster, partition }: Cluster): string {
  const isAlone = leader !== null && roster.get(leader)?.status?.canCommit === false;
  const leads = leader === null ? 'no peer leads' : `${leader} leads term ${leaderTerm}`;
  const { peers, connected } = roster.count(undefined);
  return [
    isAlone ? `${leads}, but no majority answers it` : leads,
    ...(connected < peers ? [`${connected} of ${peers} peers are connected`] : []),
    ...(partition === null ? [] : [`a partition is in force: ${partitionText(partition)}`]),
  ].join('; ');
}
