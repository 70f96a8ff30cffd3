import { frameAt, SCISSORS_NEAR } from '../../geometry/hitTest.ts';
import type { Layout } from '../../geometry/Layout.ts';
import type { Point } from '../../geometry/ring.ts';
import { useStore } from '../../hooks/useStore.ts';
import { isDrawnAsDot } from '../../model/frames/isDrawnAsDot.ts';
import type { Selection } from '../../model/Selection.ts';
import { hasScissors } from '../../state/view.ts';
import { select } from '../details/select.ts';
import type { Air } from './useFlights.ts';

interface RingPointer {
  readonly onClick: (event: MouseEvent) => void;
  readonly onPointerMove: (event: PointerEvent) => void;
  readonly onPointerLeave: () => void;
}

/** What is under the pointer: a peer, else a dot, else a link. A click selects it, or on empty ground selects nothing. */
export function useRingPointer(layout: Layout, air: Air): RingPointer {
  const store = useStore();
  const { view } = store;
  const under = (event: MouseEvent): Selection | null => {
    const point = pointOf(event);
    const peer = layout.peerAt(point);
    if (peer !== null) return { kind: 'peer', id: peer };
    const scissors = hasScissors(view.hand.peek());
    const frame = scissors
      ? null
      : frameAt(point, layout, air.flights, store.shownAtMs(), (sample) => isDrawnAsDot(sample, air.counts));
    if (frame !== null) return { kind: 'frame', seq: frame.seq };
    const link = layout.linkAt(point, scissors ? SCISSORS_NEAR : undefined);
    return link === null ? null : { kind: 'link', ...link };
  };
  return {
    onClick: (event) => {
      // Gestures end with a click too, and say so. A peer's own button has taken it already.
      if (event.defaultPrevented || isOnButton(event)) return;
      const found = under(event);
      if (found === null) view.selected.value = null;
      else select(store, found);
    },
    onPointerMove: (event) => {
      if (event.pointerType === 'touch' || !(event.currentTarget instanceof HTMLElement)) return;
      const found = under(event);
      event.currentTarget.dataset['over'] = found?.kind ?? 'nothing';
      if (!isSame(found, view.hovered.peek())) view.hovered.value = found;
    },
    onPointerLeave: () => (view.hovered.value = null),
  };
}

function pointOf(event: MouseEvent): Point {
  const { currentTarget } = event;
  if (!(currentTarget instanceof Element)) return { x: -1, y: -1 };
  const { left, top } = currentTarget.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
}

function isOnButton({ target }: MouseEvent): boolean {
  return target instanceof Element && target.closest('.touch, button') !== null;
}

function isSame(one: Selection | null, other: Selection | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
