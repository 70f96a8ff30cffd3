import type { ClusterSummary } from '../../../../shared/http/ClusterView.ts';
import type { ClusterId } from '../../../../shared/ids.ts';
import { isId } from '../../../../shared/legalId.ts';

/** The one that is asked for; else the first that has peers on it, else the first. */
export function chosenCluster(wanted: ClusterId | null, clusters: readonly ClusterSummary[]): ClusterId | null {
  if (wanted !== null) return wanted;
  return (clusters.find(({ connected }) => connected > 0) ?? clusters[0])?.id ?? null;
}

/** @param hash the fragment of an address, such as `#demo` */
export function clusterInHash(hash: string): ClusterId | null {
  const text = hash.replace(/^#/, '');
  return isId(text) ? (text as ClusterId) : null;
}
