import { type Signal, useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { PeerId } from '../../../../../shared/ids.ts';
import { useFrame } from '../../hooks/useFrame.ts';
import { useNow } from '../../hooks/useNow.ts';
import { useSize } from '../../hooks/useSize.ts';
import { useStore } from '../../hooks/useStore.ts';
import { laneHeights, laneTops } from '../../model/time/laneShapes.ts';
import { moved, type Sight, type Span, spanOf, stepIn, zoomedAt } from '../../model/time/window.ts';
import { backToLive, lookAt, step } from '../../state/view.ts';
import { chooseStretch } from './chooseStretch.ts';
import { LaneNames } from './LaneNames.tsx';
import { useLanes } from './useLanes.ts';
import { useLanesDrawing } from './useLanesDrawing.ts';

export interface LanesCanvasProps {
  readonly peers: readonly PeerId[];
  readonly sight: Signal<Sight>;
  /** The lane that the cursor is in, by its id. */
  readonly chosen: Signal<string | null>;
}

/** A drag is one from here on; what is shorter is a click. */
const DRAG_PX = 4;
const WHEEL_FACTOR = 1.0016;

/** The lanes: a click goes to a time, a drag chooses a stretch, the wheel and the keys go closer. */
export function LanesCanvas({ peers, sight, chosen }: LanesCanvasProps) {
  const store = useStore();
  const { history, view } = store;
  const lanesNow = useLanes(peers);
  const { ref, size } = useSize<HTMLDivElement>();
  const widthPx = size?.width ?? 0;
  const drag = useSignal<{ readonly fromX: number; readonly x: number } | null>(null);
  // Whose lanes there are changes seldom; what is drawn in them is drawn before each repaint.
  useNow(1000);
  const lanes = lanesNow();

  const spanNow = (): Span | null => {
    const extent = history.extent.peek();
    const shownMs = store.shownAtMs();
    if (extent === null || Number.isNaN(shownMs)) return null;
    return spanOf(sight.peek(), extent, shownMs, view.mode.peek().kind === 'live');
  };
  const timeAt = (span: Span, x: number): number => span.fromMs + (x / widthPx) * (span.untilMs - span.fromMs);
  const canvas = useLanesDrawing({ lanesNow, spanNow, widthPx, chosen });

  const onKey = (event: KeyboardEvent): void => {
    const span = spanNow();
    const extent = history.extent.peek();
    if (span === null || extent === null) return;
    const { key } = event;
    if (key === 'ArrowLeft' || key === 'ArrowRight') {
      step(store, (key === 'ArrowLeft' ? -1 : 1) * stepIn(span) * (event.shiftKey ? 10 : 1));
    } else if (key === 'ArrowUp' || key === 'ArrowDown') {
      const ids = lanes.map(({ id }) => id);
      const at = chosen.peek() === null ? -1 : ids.indexOf(chosen.peek() ?? '');
      const next = at < 0 ? 0 : at + (key === 'ArrowUp' ? -1 : 1);
      chosen.value = ids[Math.max(0, Math.min(ids.length - 1, next))] ?? null;
    } else if (key === 'Home') lookAt(store, extent.fromMs);
    else if (key === 'End') backToLive(store);
    else if (key === '+' || key === '-') {
      const share = (store.shownAtMs() - span.fromMs) / (span.untilMs - span.fromMs);
      sight.value = zoomedAt(span, extent, key === '+' ? 1.5 : 1 / 1.5, Math.max(0, Math.min(1, share)));
    } else if (key === 'Enter') {
      const atMs = store.shownAtMs();
      const halfMs = stepIn(span);
      chooseStretch(store, atMs - halfMs, atMs + halfMs);
    } else return;
    event.preventDefault();
  };
  const onWheel = (event: WheelEvent): void => {
    const span = spanNow();
    const extent = history.extent.peek();
    if (span === null || extent === null) return;
    const isAcross = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
    const byMs = ((event.deltaX || event.deltaY) / widthPx) * (span.untilMs - span.fromMs);
    const next = isAcross
      ? moved(span, extent, byMs)
      : zoomedAt(span, extent, WHEEL_FACTOR ** -event.deltaY, event.offsetX / widthPx);
    // At the end of what it can do, the wheel scrolls the page as ever.
    const isSame = next.lengthMs === sight.peek().lengthMs && (next.lengthMs === null || next.fromMs === span.fromMs);
    if (isSame) return;
    event.preventDefault();
    sight.value = next;
  };
  const onDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    drag.value = { fromX: event.offsetX, x: event.offsetX };
    if (event.currentTarget instanceof Element) event.currentTarget.setPointerCapture(event.pointerId);
  };
  const onPointer = (event: PointerEvent): void => {
    if (drag.peek() !== null) drag.value = { fromX: drag.peek()?.fromX ?? 0, x: xIn(event) };
  };
  const onUp = (event: PointerEvent): void => {
    const from = drag.peek();
    const span = spanNow();
    drag.value = null;
    if (from === null || span === null) return;
    const x = xIn(event);
    if (Math.abs(x - from.fromX) >= DRAG_PX) return chooseStretch(store, timeAt(span, from.fromX), timeAt(span, x));
    const at = laneTops(lanes).findLastIndex((top) => event.offsetY >= top);
    chosen.value = lanes[at]?.id ?? chosen.peek();
    lookAt(store, timeAt(span, x));
  };
  return (
    <div class="lanes-body">
      <LaneNames lanes={lanes} chosen={chosen} />
      <div class="log-room" ref={ref}>
        <div
          class="lanes-cells"
          // The arrow keys are its own: a screen reader passes them on.
          role="application"
          aria-label="Lanes of time: left and right go through time, up and down choose a lane, Enter opens the moment as a diagram, plus and minus zoom"
          aria-describedby="lane-words"
          tabIndex={0}
          onKeyDown={onKey}
          onWheel={onWheel}
          onPointerDown={onDown}
          onPointerMove={onPointer}
          onPointerUp={onUp}
          onPointerCancel={() => (drag.value = null)}
        >
          <canvas
            ref={canvas}
            aria-hidden="true"
            style={{ width: '100%', height: `${laneHeights(lanes).reduce((sum, one) => sum + one, 0)}px` }}
          />
          <Overlay spanNow={spanNow} widthPx={widthPx} drag={drag} />
        </div>
      </div>
    </div>
  );
}

/** Where a pointer is, also when it has left what it was pressed on. */
function xIn({ clientX, currentTarget }: PointerEvent): number {
  return currentTarget instanceof Element ? clientX - currentTarget.getBoundingClientRect().left : 0;
}

interface OverlayProps {
  readonly spanNow: () => Span | null;
  readonly widthPx: number;
  readonly drag: Signal<{ readonly fromX: number; readonly x: number } | null>;
}

/** The time that is drawn, and the stretch that is chosen; moved without drawing the lanes anew. */
function Overlay({ spanNow, widthPx, drag }: OverlayProps) {
  const store = useStore();
  const cursor = useRef<HTMLDivElement>(null);
  const stretch = useRef<HTMLDivElement>(null);
  useFrame(() => {
    const span = spanNow();
    if (span === null) return;
    const xOf = (atMs: number): number => ((atMs - span.fromMs) / (span.untilMs - span.fromMs)) * widthPx;
    const range = store.view.range.peek();
    const dragged = drag.peek();
    const [fromX, untilX] =
      dragged !== null
        ? [Math.min(dragged.fromX, dragged.x), Math.max(dragged.fromX, dragged.x)]
        : range !== null
          ? [xOf(range.fromMs), xOf(range.untilMs)]
          : [0, 0];
    place(cursor.current, Math.min(widthPx - 1, xOf(store.shownAtMs())), 0, widthPx);
    place(stretch.current, Math.max(0, fromX), Math.min(widthPx, untilX) - Math.max(0, fromX), widthPx);
    if (stretch.current !== null) stretch.current.hidden = untilX <= fromX || untilX < 0 || fromX > widthPx;
  });
  return (
    <>
      <div ref={stretch} class="lanes-stretch" hidden />
      <div ref={cursor} class="lanes-cursor" data-mode={store.view.mode.value.kind} />
    </>
  );
}

function place(element: HTMLElement | null, x: number, width: number, widthPx: number): void {
  if (element === null) return;
  element.style.transform = `translateX(${x.toFixed(1)}px)`;
  element.style.opacity = x < -1 || x > widthPx ? '0' : '';
  if (width > 0) element.style.width = `${Math.max(3, width).toFixed(1)}px`;
}
