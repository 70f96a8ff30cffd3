import type { ClusterSummary } from '../../../../../shared/http/ClusterView.ts';
import type { ClusterId } from '../../../../../shared/ids.ts';

interface ClusterChooserProps {
  readonly clusters: readonly ClusterSummary[];
  readonly chosen: ClusterId | null;
  readonly onChoose: (cluster: ClusterId) => void;
}

/** A choice when there is one to make; the name alone when there is one cluster. */
export function ClusterChooser({ clusters, chosen, onChoose }: ClusterChooserProps) {
  if (chosen === null) return null;
  const isListed = clusters.some(({ id }) => id === chosen);
  if (clusters.length === 0 || (clusters.length === 1 && isListed)) {
    return (
      <p class="cluster-name">
        cluster <strong>{chosen}</strong>
      </p>
    );
  }
  return (
    <label class="cluster-name">
      cluster{' '}
      <select
        aria-label="Cluster"
        value={chosen}
        onChange={({ currentTarget }) => onChoose(currentTarget.value as ClusterId)}
      >
        {!isListed && <option value={chosen}>{chosen} (unknown)</option>}
        {clusters.map(({ id, connected, peers, leader }) => (
          <option key={id} value={id}>
            {`${id}: ${connected} of ${peers} connected, ${leader === null ? 'no leader' : `${leader} leads`}`}
          </option>
        ))}
      </select>
    </label>
  );
}
