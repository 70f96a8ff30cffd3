import type { FrameSample } from '../../../../../shared/http/Frames.ts';
import type { Selection } from '../../model/Selection.ts';
import type { Store } from '../../state/Store.ts';
import { select } from './select.ts';

const WITHIN_MS = 4000;

/** The newest frame at the time that is drawn: of the peer or link that is selected, or of all. */
export async function selectNewestFrame(store: Store): Promise<void> {
  const { history, view, shownAtMs, announce } = store;
  const atMs = shownAtMs();
  if (Number.isNaN(atMs)) return;
  const selection = view.selected.peek();
  const { frames } = await history.framesIn(atMs - WITHIN_MS, atMs);
  const newest = frames.findLast(({ sample }) => concerns(sample, selection));
  if (newest === undefined) announce('No frame passed in the last seconds');
  else select(store, { kind: 'frame', seq: newest.sample.seq });
}

function concerns({ from, to }: FrameSample, selection: Selection | null): boolean {
  if (selection?.kind === 'peer') return from === selection.id || to === selection.id;
  if (selection?.kind === 'link') return from === selection.from && to === selection.to;
  return true;
}
