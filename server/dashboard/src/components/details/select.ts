import { effect } from '@preact/signals';
import type { Selection } from '../../model/Selection.ts';
import type { Store, View } from '../../state/Store.ts';
import type { PanelId } from '../panels.ts';

/** The panel that details took the place of: it comes back when nothing is selected any more. */
const covered = new WeakMap<View, PanelId | null>();

/** Selects something, and opens its details beside the ring. */
export function select({ view, announce }: Store, selection: Selection): void {
  view.selected.value = selection;
  announce(`${nameOf(selection)} is selected, its details stand beside the ring`);
  if (view.side.peek() === 'details') return;
  covered.set(view, view.side.peek());
  view.side.value = 'details';
}

/** Brings back what details covered, once nothing is selected. @returns ends it */
export function uncoverWhenDone(view: View): () => void {
  let had = view.selected.peek() !== null;
  return effect(() => {
    const has = view.selected.value !== null;
    const before = covered.get(view);
    if (had && !has && before !== undefined && view.side.peek() === 'details') {
      covered.delete(view);
      view.side.value = before;
    }
    had = has;
  });
}

/** What is selected, by its name. */
export function nameOf(selection: Selection): string {
  switch (selection.kind) {
    case 'peer':
      return `Peer ${selection.id}`;
    case 'link':
      return `Link from ${selection.from} to ${selection.to}`;
    case 'frame':
      return `Frame ${selection.seq}`;
    case 'entry':
      return `Entry ${selection.index} of ${selection.peer}`;
    case 'event':
      return 'Event';
    case 'question':
      return 'Question';
  }
}
