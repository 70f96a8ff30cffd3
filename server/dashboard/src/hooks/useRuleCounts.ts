import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { NetworkView } from '../../../../shared/http/Network.ts';
import { useStore } from './useStore.ts';

/** Counters change without a change of the epoch. */
const EVERY_MS = 2000;

/** Everything in force, with counters that are at most two seconds old while the caller is shown. */
export function useRuleCounts(): NetworkView | null {
  const { network, client, cluster } = useStore();
  const counted = useSignal<NetworkView | null>(null);
  useEffect(() => {
    let isOver = false;
    const look = (): void => {
      client
        ?.network(cluster)
        .view()
        .then(
          (view) => {
            if (!isOver) counted.value = view;
          },
          // The feed says what is wrong with the relay.
          () => undefined,
        );
    };
    const timer = setInterval(look, EVERY_MS);
    return () => {
      isOver = true;
      clearInterval(timer);
    };
  }, [client, cluster, counted]);
  const known = network.value;
  return known !== null && counted.value?.epoch === known.epoch ? counted.value : known;
}
