import type { RelayClient } from '../../client/RelayClient.ts';
import type { ClusterSummary } from '../../shared/http/ClusterView.ts';
import { nearest } from '../../shared/nearest.ts';
import type { Invocation } from '../Command.ts';
import { WHICH_CLUSTER } from '../settings/sharedSettings.ts';

/** Whether anybody ever connected to it: one can be prepared, with faults in force that wait for its peers. */
export function isInhabited({ peers, clients }: Pick<ClusterSummary, 'peers' | 'clients'>): boolean {
  return peers + clients > 0;
}

/**
 * Says on standard error that faults were put in force where nobody is. That is how a network is prepared, and also what comes of
 * a misspelt name: a test with such a typo would pass, without faults.
 */
export async function remarkUninhabited(
  { client }: { readonly client: Pick<RelayClient, 'clusters'> },
  { settings, stderr }: Pick<Invocation, 'settings' | 'stderr'>,
): Promise<void> {
  const cluster = settings.get(WHICH_CLUSTER);
  if (cluster === undefined) return;
  // The change is made: whatever keeps the relay from answering now is nobody's trouble.
  const all = await client.clusters().catch(() => []);
  const others = all.filter((one) => one.id !== cluster && isInhabited(one)).map(({ id }) => id);
  if (others.length === 0 || all.some((one) => one.id === cluster && isInhabited(one))) return;
  const meant = nearest(cluster, others);
  const next = meant === undefined ? `there are peers in ${others.join(', ')}` : `did you mean ${meant}?`;
  stderr.write(
    `whitewater: nobody has connected to ${cluster} yet, and what was changed waits for its peers; ${next}\n`,
  );
}
