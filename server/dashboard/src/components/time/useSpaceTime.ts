import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useStore } from '../../hooks/useStore.ts';
import { framesThroughout, spaceTime, type SpaceTime } from '../../model/time/spaceTime.ts';
import type { Span } from '../../model/time/window.ts';

/** So long after a stretch frames of it may still arrive, or be told. */
const NEWS_WITHIN_MS = 4000;
const LOOK_AGAIN_MS = 700;

/** The frames of a stretch of time; null while they are looked up. Looked up anew while there may be news of them. */
export function useSpaceTime({ fromMs, untilMs }: Span): SpaceTime | null {
  const { history } = useStore();
  const found = useSignal<SpaceTime | null>(null);
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      const newestMs = history.extent.peek()?.untilMs ?? Infinity;
      const frames = await framesThroughout(history, { fromMs, untilMs });
      if (isOver) return;
      found.value = spaceTime(frames, { fromMs, untilMs });
      if (newestMs < untilMs + NEWS_WITHIN_MS) timer = setTimeout(() => void look(), LOOK_AGAIN_MS);
    };
    void look();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [history, fromMs, untilMs]);
  return found.value;
}
