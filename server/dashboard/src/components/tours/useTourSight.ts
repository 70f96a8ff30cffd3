import { useEffect } from 'preact/hooks';
import { useStore } from '../../hooks/useStore.ts';
import type { TourState } from '../../model/tours/TourState.ts';
import { openPanel, PANELS } from '../panels.ts';

/** Points to what a step is about, once it is reached: it lights up, and its panel opens. */
export function useTourSight({ look, step }: TourState): void {
  const { view } = useStore();
  useEffect(() => {
    if (look === null) return undefined;
    const panel = PANELS.find(({ id }) => id === look.panel);
    if (panel !== undefined) openPanel(view, panel);
    const { selection } = look;
    view.selected.value = selection;
    return () => {
      // What somebody chose meanwhile stays.
      if (view.selected.peek() === selection) view.selected.value = null;
    };
  }, [view, look, step]);
}
