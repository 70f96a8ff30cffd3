import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { LiveFrames } from '../../../../shared/http/Frames.ts';
import { useStore } from './useStore.ts';

/** Copies that wait, by link, as the relay told last; empty while it tells nothing of frames. */
export function useQueues(): LiveFrames['queues'] {
  const { frames } = useStore();
  const queues = useSignal<LiveFrames['queues']>([]);
  useEffect(
    () =>
      frames.onFrames((news) => {
        const next = news === 'jumped' ? [] : news.queues;
        if (next.length > 0 || queues.peek().length > 0) queues.value = next;
      }),
    [frames, queues],
  );
  return queues.value;
}
