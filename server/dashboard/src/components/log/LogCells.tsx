import { useRef } from 'preact/hooks';
import { drawLog, type DrawnLog } from '../../canvas/drawLog.ts';
import { type LogLook, readLogLook } from '../../canvas/logLook.ts';
import { prefersStillness } from '../../hooks/prefersStillness.ts';
import { useFrame } from '../../hooks/useFrame.ts';
import { useStore } from '../../hooks/useStore.ts';
import { peerOf } from '../../model/crown.ts';
import { cursorOf, type LogCursor, moved } from '../../model/log/cursor.ts';
import { heightOf, rowAt } from '../../model/log/layout.ts';
import type { LogRow } from '../../model/log/LogView.ts';
import { isAtTail, type LogExtent, type LogScale, held, showing, zoomedAt } from '../../model/log/scale.ts';
import { countOf, logShapes } from '../../model/log/shapes.ts';
import type { Picture } from '../../model/Picture.ts';
import type { Selection } from '../../model/Selection.ts';
import { askWhy } from '../why/askWhy.ts';
import type { LogPlace } from './LogPanel.tsx';

interface LogCellsProps {
  readonly rows: readonly LogRow[];
  readonly scale: LogScale;
  readonly extent: LogExtent;
  readonly follows: boolean;
  readonly onMove: (place: LogPlace) => void;
}

/** A drag is one from here on; what is shorter is a click. */
const DRAG_PX = 4;
const WHEEL_FACTOR = 1.0016;

/** The cells, with a cursor that the pointer and the arrow keys move. */
export function LogCells({ rows, scale, extent, follows, onMove }: LogCellsProps) {
  const { view } = useStore();
  const canvas = useDrawing(rows, scale, extent, follows);
  const drag = useRef<{ readonly x: number; readonly left: number; isDrag: boolean } | null>(null);

  const go = (next: LogScale): void =>
    onMove({ entryPx: next.entryPx, left: isAtTail(next, extent) ? null : next.left });
  const point = ({ peer, index }: LogCursor): void => void (view.selected.value = { kind: 'entry', peer, index });

  const onKey = (event: KeyboardEvent): void => {
    const cursor = cursorOf(view.selected.peek());
    const page = Math.floor(extent.widthPx / scale.entryPx);
    const next = moved(cursor, rows, { key: event.key, shift: event.shiftKey, page });
    if (next !== null) {
      point(next);
      go(showing(scale, extent, next.index));
    } else if (event.key === 'Enter' && cursor !== null) askWhy(view, { ask: 'notCommitted', ...cursor });
    else if (event.key === '+' || event.key === '-') {
      go(zoomedAt(scale, extent, event.key === '+' ? 1.5 : 1 / 1.5, extent.widthPx / 2));
    } else return;
    event.preventDefault();
  };
  const onWheel = (event: WheelEvent): void => {
    const next =
      Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey
        ? held({ ...scale, left: scale.left + (event.deltaX || event.deltaY) / scale.entryPx }, extent)
        : zoomedAt(scale, extent, WHEEL_FACTOR ** -event.deltaY, event.offsetX);
    // At the end of what it can do, the wheel scrolls the page as ever.
    if (next.left === scale.left && next.entryPx === scale.entryPx) return;
    event.preventDefault();
    go(next);
  };
  const onDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    drag.current = { x: event.clientX, left: scale.left, isDrag: false };
    if (event.currentTarget instanceof Element) event.currentTarget.setPointerCapture(event.pointerId);
  };
  const onPointer = (event: PointerEvent): void => {
    if (drag.current === null) return;
    const by = event.clientX - drag.current.x;
    if (!drag.current.isDrag && Math.abs(by) < DRAG_PX) return;
    drag.current.isDrag = true;
    go(held({ ...scale, left: drag.current.left - by / scale.entryPx }, extent));
  };
  const onUp = (event: PointerEvent): void => {
    const wasDrag = drag.current?.isDrag ?? true;
    drag.current = null;
    const row = rows[rowAt(event.offsetY, rows.length)];
    if (wasDrag || row === undefined) return;
    const index = Math.floor(scale.left + event.offsetX / scale.entryPx);
    point({ peer: row.peer, index: Math.max(1, Math.min(Math.max(1, extent.last), index)) });
  };
  return (
    <div
      class="log-cells"
      // The arrow keys are its own: a screen reader passes them on.
      role="application"
      aria-label="Entries of the logs: arrow keys go from one to the next, Enter asks why, plus and minus zoom"
      aria-describedby="log-cell"
      tabIndex={0}
      onKeyDown={onKey}
      onWheel={onWheel}
      onPointerDown={onDown}
      onPointerMove={onPointer}
      onPointerUp={onUp}
      onPointerCancel={() => (drag.current = null)}
    >
      <canvas ref={canvas} aria-hidden="true" style={{ width: '100%', height: `${heightOf(rows.length)}px` }} />
    </div>
  );
}

/** What was drawn last: while all of it is the same, nothing is drawn. */
interface Drawn {
  readonly rows: readonly LogRow[];
  readonly left: number;
  readonly entryPx: number;
  readonly widthPx: number;
  readonly ratio: number;
  readonly selected: unknown;
  readonly theme: string | undefined;
  readonly away: string;
}

/** Draws before a repaint, when something is other than it was. */
function useDrawing(rows: readonly LogRow[], scale: LogScale, extent: LogExtent, follows: boolean) {
  const { view, picture } = useStore();
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawn = useRef<Drawn | null>(null);
  const look = useRef<LogLook | null>(null);
  const selected = view.selected.value;
  const away = awayOf(rows, picture.value);

  useFrame(() => {
    const element = canvas.current;
    const context = element?.getContext('2d') ?? null;
    if (element === null || context === null || extent.widthPx === 0) return;
    const before = drawn.current;
    const ratio = window.devicePixelRatio;
    const { theme } = document.documentElement.dataset;
    const left = follows ? glided(before, scale, extent.widthPx) : scale.left;
    const now: Drawn = { rows, left, entryPx: scale.entryPx, widthPx: extent.widthPx, ratio, selected, theme, away };
    if (before !== null && same(before, now)) return;
    const heightPx = heightOf(rows.length);
    if (element.width !== Math.round(extent.widthPx * ratio) || element.height !== Math.round(heightPx * ratio)) {
      element.width = Math.round(extent.widthPx * ratio);
      element.height = Math.round(heightPx * ratio);
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (look.current === null || before?.theme !== theme || before?.ratio !== ratio) {
      look.current = readLogLook(element, context, ratio);
    }
    const shapes = logShapes(rows, { left, entryPx: scale.entryPx }, extent);
    drawLog(context, extent.widthPx, { shapes, ...pointed(rows, now, selected) }, look.current);
    // What a repaint costs, for whoever measures.
    element.dataset['drawn'] = String(countOf(shapes));
    drawn.current = now;
  });
  return canvas;
}

/** The left edge on its way to the newest entry: two thirds of the way in a tenth of a second. */
function glided(before: Drawn | null, scale: LogScale, widthPx: number): number {
  if (before === null || before.entryPx !== scale.entryPx || before.widthPx !== widthPx || prefersStillness()) {
    return scale.left;
  }
  const leftPx = (scale.left - before.left) * scale.entryPx;
  if (Math.abs(leftPx) < 0.5 || Math.abs(leftPx) > widthPx) return scale.left;
  return before.left + (scale.left - before.left) * 0.2;
}

function same(one: Drawn, other: Drawn): boolean {
  return (Object.keys(one) as (keyof Drawn)[]).every((key) => one[key] === other[key]);
}

/** Rows of peers that are away, as one text. */
function awayOf(rows: readonly LogRow[], picture: Picture | null): string {
  if (picture === null) return '';
  return rows.map(({ peer }) => (peerOf(picture, peer)?.view.connected === true ? '.' : 'x')).join('');
}

function pointed(rows: readonly LogRow[], { left, entryPx, away }: Drawn, selected: Selection | null): Pointed {
  const cursor = cursorOf(selected);
  const row = rows.findIndex(({ peer }) => peer === cursor?.peer);
  const chosen = selected?.kind === 'peer' ? rows.findIndex(({ peer }) => peer === selected.id) : -1;
  const x = cursor === null ? 0 : (cursor.index - left) * entryPx;
  return {
    rows: rows.length,
    cursor: cursor === null || row < 0 ? null : { row, left: x, right: x + entryPx },
    chosen: chosen < 0 ? null : chosen,
    away: new Set(rows.flatMap((_, at) => (away[at] === 'x' ? [at] : []))),
  };
}

type Pointed = Omit<DrawnLog, 'shapes'>;
