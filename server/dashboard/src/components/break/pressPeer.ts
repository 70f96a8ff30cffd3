import type { PeerId } from '../../../../../shared/ids.ts';
import type { Store } from '../../state/Store.ts';
import { hasScissors } from '../../state/view.ts';
import { cutLink } from './cutLink.ts';

/** A peer is pressed: with scissors in the hand, and another one selected, the link between them is cut; else it is selected. */
export function pressPeer(store: Store, id: PeerId, select: () => void): void {
  const { view, actions } = store;
  const selected = view.selected.peek();
  if (!hasScissors(view.hand.peek()) || selected?.kind !== 'peer' || selected.id === id) {
    select();
    return;
  }
  void actions.run(cutLink(store, selected.id, id));
  view.hand.value = 'pointer';
}
