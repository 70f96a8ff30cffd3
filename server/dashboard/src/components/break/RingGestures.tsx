import { useContext, useEffect, useRef } from 'preact/hooks';
import { partitionAction, reconnectAction } from '../../connection/actions/networkActions.ts';
import { dropOf, lassoed } from '../../geometry/lasso.ts';
import { SCISSORS_NEAR } from '../../geometry/hitTest.ts';
import type { Layout } from '../../geometry/Layout.ts';
import { useStore } from '../../hooks/useStore.ts';
import { asDraft, type Draft, draftOf, type Groups, groupsOfDraft, splitOff } from '../../model/groups.ts';
import { hasScissors } from '../../state/view.ts';
import type { Store } from '../../state/Store.ts';
import { LayoutContext } from '../ring/layoutContext.ts';
import { cutLink } from './cutLink.ts';
import { HandTools } from './HandTools.tsx';
import { type Gesture, useGesture } from './useGesture.ts';

/** Hands on the ring: a lasso, a peer that is dragged apart, scissors. What they would do is shown until they let go. */
export function RingGestures({ inForce }: { readonly inForce: Groups }) {
  const layout = useContext(LayoutContext);
  if (layout === null) return null;
  return <Hands layout={layout} inForce={inForce} />;
}

function Hands({ layout, inForce }: { readonly layout: Layout; readonly inForce: Groups }) {
  const store = useStore();
  const { view } = store;
  const hand = view.hand.value;
  const svg = useRef<SVGSVGElement>(null);
  const gesture = useGesture(svg, {
    ...{ layout, hand },
    onMove: (going) => (view.draft.value = draftBy(going, layout, inForce)),
    onRelease: (done) => release(store, draftBy(done, layout, inForce), inForce),
    onGiveUp: () => (view.draft.value = null),
    onClick: (point) => {
      const link = hasScissors(hand) ? layout.linkAt(point, SCISSORS_NEAR) : null;
      if (link !== null) void store.actions.run(cutLink(store, link.from, link.to));
      return link !== null;
    },
  });
  usePreviewOfCut(store);
  return (
    <>
      <svg ref={svg} class="ring-svg gestures" width={layout.size.width} height={layout.size.height} aria-hidden="true">
        {gesture !== null && <Drawn gesture={gesture} layout={layout} />}
      </svg>
      <HandTools />
    </>
  );
}

/** The link under the scissors: its command stands below before it is cut. */
function usePreviewOfCut(store: Store): void {
  const { view, actions } = store;
  const hand = view.hand.value;
  const hovered = view.hovered.value;
  useEffect(() => {
    if (!hasScissors(hand) || hovered?.kind !== 'link') return undefined;
    actions.preview(cutLink(store, hovered.from, hovered.to));
    return () => actions.preview(null);
  }, [store, actions, hand, hovered]);
}

/** What a gesture would make of the groups; null when it would change nothing. */
function draftBy({ peer, way }: Gesture, layout: Layout, inForce: Groups): Draft | null {
  const at = way.at(-1);
  if (at === undefined) return null;
  if (peer === null) return asDraft(splitOff(inForce, lassoed(layout, way)), inForce);
  const drop = dropOf(layout, inForce, peer, at);
  if (drop === null) return null;
  return asDraft(drop === 'alone' ? splitOff(inForce, [peer]) : new Map([...draftOf(inForce), [peer, drop]]), inForce);
}

/** The draft stays until the partition is in force, and says meanwhile what will be. */
function release({ view, actions }: Store, draft: Draft | null, inForce: Groups): void {
  view.draft.value = draft;
  if (view.hand.peek() === 'lasso') view.hand.value = 'pointer';
  if (draft === null) return;
  const groups = groupsOfDraft(draft, inForce.flat());
  const action = groups.length > 1 ? partitionAction(groups) : reconnectAction();
  void actions.run(action).then(({ kind }) => {
    if (kind !== 'done') view.draft.value = null;
  });
}

function Drawn({ gesture: { peer, way }, layout }: { readonly gesture: Gesture; readonly layout: Layout }) {
  const at = way.at(-1);
  const place = peer === null ? undefined : layout.peers.get(peer);
  if (at === undefined) return null;
  if (place === undefined) {
    return <path class="lasso" d={`M${way.map(({ x, y }) => `${x.toFixed(0)} ${y.toFixed(0)}`).join('L')}Z`} />;
  }
  return (
    <>
      <line class="taken-way" x1={place.x} y1={place.y} x2={at.x} y2={at.y} />
      <circle class="taken" cx={at.x} cy={at.y} r={place.radius} />
      <text class="taken-name" x={at.x} y={at.y + 5}>
        {peer}
      </text>
    </>
  );
}
