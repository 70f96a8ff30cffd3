import type { Progress } from '../support/Progress.ts';
import { ReplicaCluster } from '../support/ReplicaCluster.ts';

export interface ValueResult {
  readonly valueBytes: number;
  readonly outstanding: number;
  readonly putsPerSecond: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  /** Why there are no figures. */
  readonly trouble?: string;
}

const KEYS = 64;
const OUTSTANDING_MAX = 64;
/** Bytes on their way at once, roughly: a client's requests wait in its own memory. */
const OUTSTANDING_BYTES = 4 * 1_048_576;
const WARM_UP_SECONDS = 1;

export function valueSeconds(seconds: number): number {
  return seconds + WARM_UP_SECONDS + 1;
}

/** Puts of values of one size after the other, from a client, to three peers with stores on disk. */
export async function measureValues(
  sizes: readonly number[],
  seconds: number,
  progress: Progress,
): Promise<ValueResult[]> {
  const cluster = new ReplicaCluster({ cluster: 'values', peers: 3 });
  const results: ValueResult[] = [];
  try {
    await cluster.startRelay();
    await Promise.all(cluster.ids.map((id) => cluster.startPeer(id)));
    await cluster.leader();
    await cluster.startClient();
    for (const valueBytes of sizes) {
      progress.step('values', `${valueBytes} bytes`, valueSeconds(seconds));
      results.push(await measureValue(cluster, valueBytes, seconds));
    }
    return results;
  } finally {
    await cluster.stop();
  }
}

async function measureValue(cluster: ReplicaCluster, valueBytes: number, seconds: number): Promise<ValueResult> {
  const outstanding = Math.max(1, Math.min(OUTSTANDING_MAX, Math.floor(OUTSTANDING_BYTES / valueBytes)));
  const load = { keys: KEYS, valueBytes, outstanding };
  try {
    await cluster.clientLoad({ ...load, seconds: WARM_UP_SECONDS });
    const { puts, seconds: took, medianMs, p99Ms } = await cluster.clientLoad({ ...load, seconds });
    return { valueBytes, outstanding, putsPerSecond: puts / took, medianMs, p99Ms };
  } catch (error) {
    const trouble = error instanceof Error ? error.message : String(error);
    return { valueBytes, outstanding, putsPerSecond: NaN, medianMs: NaN, p99Ms: NaN, trouble };
  }
}
