import type { ElectionPreset, ReplicationOptions } from '../../../peer/raft/options.ts';
import type { KeyValueClusterOptions } from './KeyValueLabCluster.ts';

/** Where a tenth of the messages is lost, an election after two lost heartbeats is one too many (A14, A15). */
export function presetOf({ network }: Pick<KeyValueClusterOptions, 'network'>): ElectionPreset {
  return network === 'reliable' ? 'default' : 'relaxed';
}

/** When a server of the lab takes a snapshot: when its log has so many bytes, however large its state; or never. */
export function snapshotBounds(stateBytes: number | undefined): Partial<ReplicationOptions> {
  const never = Number.POSITIVE_INFINITY;
  if (stateBytes === undefined) return { snapshotEntries: never, snapshotBytes: never };
  return { snapshotBytes: stateBytes, snapshotEntries: never, snapshotShareMin: 0 };
}
