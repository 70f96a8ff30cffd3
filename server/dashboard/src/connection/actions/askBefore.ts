import type { RelayClient } from '../../../../../client/RelayClient.ts';
import type { ClusterId } from '../../../../../shared/ids.ts';
import type { Action, Asked, Before } from './Actions.ts';

/** A cluster without a leader answers no reads: a write must not wait long for what it would only need for its undoing. */
const KEY_TIMEOUT_MS = 1500;

/**
 * What is in force before an action, as far as its undoing depends on it. Asked at the same time as the action is sent would be too
 * late: it is asked first.
 * @returns null when it could not be learnt
 */
export async function askBefore(client: RelayClient, cluster: ClusterId, action: Action): Promise<Before | null> {
  const ask: Readonly<Record<Asked, () => Promise<Before>>> = {
    network: async () => ({ network: await client.network(cluster).view() }),
    members: async () => ({ members: await client.members(cluster) }),
    processes: async () => ({ processes: await client.processes(cluster).view() }),
    key: async () => ({ key: await client.get(cluster, action.key ?? '', { timeoutMs: KEY_TIMEOUT_MS }) }),
  };
  try {
    const known = await Promise.all(action.asks.map((asked) => ask[asked]()));
    return known.reduce<Before>((all, one) => ({ ...all, ...one }), {});
  } catch {
    return null;
  }
}
