import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useDerived } from '../../hooks/useDerived.ts';
import { useStore } from '../../hooks/useStore.ts';
import { findFrame } from '../../model/frames/findFrame.ts';
import type { FrameSeen } from '../../model/history/History.ts';

/** The frame that is selected; null when none is, while it is looked for, and when it is not kept. */
export function useSelectedFrame(): FrameSeen | null {
  const { view, history, shownAtMs } = useStore();
  const found = useSignal<FrameSeen | null>(null);
  const seq = useDerived(() => (view.selected.value?.kind === 'frame' ? view.selected.value.seq : null), [view]);
  useEffect(() => {
    let isOver = false;
    found.value = null;
    if (seq === null) return undefined;
    void findFrame(history, seq, shownAtMs(), () => isOver).then((frame) => {
      if (!isOver) found.value = frame;
    });
    return () => {
      isOver = true;
    };
  }, [seq, history]);
  return found.value;
}
