import type { RelayClient } from '../../../../../client/RelayClient.ts';
import type { Ground } from '../../../../../client/scenario/Stage.ts';
import { untilView } from '../../../../../client/untilView.ts';
import type { ClusterView } from '../../../../../shared/http/ClusterView.ts';
import type { ClusterId } from '../../../../../shared/ids.ts';

/** The relay is asked so often while a step waits: by what it says itself, and not by a picture that may be a moment old. */
const LOOK_EVERY_MS = 200;

/** Where a tour's conditions are judged. */
export function tourGround(client: RelayClient, cluster: ClusterId, peers: readonly string[]): Ground {
  const view = (): Promise<ClusterView> => client.cluster(cluster);
  let lookedAtMs = -Infinity;
  const look = async (): Promise<ClusterView> => {
    await pause(lookedAtMs + LOOK_EVERY_MS - performance.now());
    lookedAtMs = performance.now();
    return view();
  };
  return {
    ...{ peers, cluster, client, memory: new Map(), requests: new Map(), random: Math.random },
    network: {
      view,
      faults: () => client.network(cluster).view(),
      until: (condition, options) => untilView({ look, live: noNews }, condition, options ?? {}),
    },
  };
}

async function* noNews(): AsyncGenerator<never, void, undefined> {}

/** @param signal ends it early */
export function pause(forMs: number, signal?: AbortSignal): Promise<void> {
  if (forMs <= 0 || signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, forMs);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
