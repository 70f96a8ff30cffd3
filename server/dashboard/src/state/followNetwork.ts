import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import type { NetworkView } from '../../../../shared/http/Network.ts';
import type { Picture } from '../model/Picture.ts';
import type { LinkState } from './Store.ts';

/** Everything in force, asked for whenever the epoch of the live picture changes, or the feed has come back. */
export function followNetwork(
  live: ReadonlySignal<Picture | null>,
  link: ReadonlySignal<LinkState>,
  ask: () => Promise<NetworkView>,
): { readonly network: ReadonlySignal<NetworkView | null>; readonly stop: () => void } {
  const network = signal<NetworkView | null>(null);
  const isLive = computed(() => link.value.state.phase === 'live');
  const epoch = computed(() => (isLive.value ? (live.value?.faults.epoch ?? null) : null));
  let round = 0;
  const stop = effect(() => {
    if (epoch.value === null) return;
    const now = ++round;
    ask().then(
      (view) => {
        if (now === round) network.value = view;
      },
      // The feed says what is wrong with the relay; the next change asks again.
      () => undefined,
    );
  });
  return {
    network,
    stop: () => {
      round += 1;
      stop();
    },
  };
}
