import { useStore } from '../../hooks/useStore.ts';
import type { Selection } from '../../model/Selection.ts';
import { nameOf, select } from './select.ts';

interface SelectButtonProps {
  readonly selection: Selection;
  /** Default: its name. */
  readonly text?: string;
}

/** Selects what it names; it lights up while the pointer is on the button. */
export function SelectButton({ selection, text = nameOf(selection) }: SelectButtonProps) {
  const store = useStore();
  return (
    <button
      type="button"
      class="small"
      onClick={() => select(store, selection)}
      onPointerEnter={() => (store.view.hovered.value = selection)}
      onPointerLeave={() => (store.view.hovered.value = null)}
    >
      {text}
    </button>
  );
}
