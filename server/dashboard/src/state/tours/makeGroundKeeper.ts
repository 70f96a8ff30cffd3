import { type ReadonlySignal, signal } from '@preact/signals';
import type { RelayClient } from '../../../../../client/RelayClient.ts';
import type { ClusterId } from '../../../../../shared/ids.ts';
import { networkAsBefore } from '../../model/undo/networkAsBefore.ts';
import { keepGround, keptGround } from './keptGround.ts';
import { setStage } from './tourStage.ts';

/** What a tour found, from its beginning until it is put back. Each of these rejects with what the relay says. */
export interface GroundKeeper {
  readonly isLeftBehind: ReadonlySignal<boolean>;
  /** Notes how it is, unless that was noted before and not put back. */
  keep(): Promise<void>;
  /** Looks whether a tour left something behind; to be called while none is on. */
  look(): Promise<void>;
  putBack(): Promise<void>;
}

export function makeGroundKeeper(client: RelayClient, cluster: ClusterId): GroundKeeper {
  const isLeftBehind = signal(false);
  return {
    isLeftBehind,
    keep: async () => {
      isLeftBehind.value = false;
      if (keptGround(cluster) !== null) return;
      const { settings } = await client.processes(cluster).view();
      if (settings === null) return;
      keepGround(cluster, { settings, network: networkAsBefore(await client.network(cluster).view()) });
    },
    look: async () => {
      const kept = keptGround(cluster);
      if (kept === null) return;
      const { settings } = await client.processes(cluster).view();
      isLeftBehind.value = JSON.stringify(settings) !== JSON.stringify(kept.settings);
      // A cluster that was begun anew since is as it was.
      if (!isLeftBehind.peek()) keepGround(cluster, null);
    },
    putBack: async () => {
      const kept = keptGround(cluster);
      await setStage(client, cluster, kept?.settings ?? {});
      if (kept !== null) await client.network(cluster).apply(kept.network);
      keepGround(cluster, null);
      isLeftBehind.value = false;
    },
  };
}
