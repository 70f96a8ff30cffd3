import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { FrameSample } from '../../../../../shared/http/Frames.ts';
import { useStore } from '../../hooks/useStore.ts';
import type { FrameSeen } from '../../model/history/History.ts';

const LOOK_AGAIN_MS = 500;
/** So far back the newest ones are looked for. */
const WITHIN_MS = 4000;

/**
 * The newest frames of a sort, newest first, at the time that is drawn; looked for twice a second.
 * @param key names the sort
 */
export function useNewestFrames(
  key: string,
  isMeant: (sample: FrameSample) => boolean,
  countMax: number,
): readonly FrameSeen[] {
  const { history, shownAtMs } = useStore();
  const newest = useSignal<readonly FrameSeen[]>([]);
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      const atMs = shownAtMs();
      const { frames } = Number.isNaN(atMs) ? { frames: [] } : await history.framesIn(atMs - WITHIN_MS, atMs);
      if (isOver) return;
      const next = frames
        .filter(({ sample }) => isMeant(sample))
        .slice(-countMax)
        .reverse();
      if (keyOf(next) !== keyOf(newest.peek())) newest.value = next;
      timer = setTimeout(() => void look(), LOOK_AGAIN_MS);
    };
    newest.value = [];
    void look();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [history, key]);
  return newest.value;
}

function keyOf(frames: readonly FrameSeen[]): string {
  return frames.map(({ sample, ends }) => `${sample.seq} ${ends.length}`).join();
}
