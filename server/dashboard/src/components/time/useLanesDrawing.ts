import type { Signal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { drawLanes } from '../../canvas/drawLanes.ts';
import { type LogLook, readLogLook } from '../../canvas/logLook.ts';
import { useFrame } from '../../hooks/useFrame.ts';
import type { Lane } from '../../model/time/lanes.ts';
import { countOf, laneShapes } from '../../model/time/laneShapes.ts';
import { type Span, tickText, ticksOf } from '../../model/time/window.ts';
import { clockText } from '../../model/words.ts';

export interface LanesDrawing {
  readonly lanesNow: () => readonly Lane[];
  readonly spanNow: () => Span | null;
  readonly widthPx: number;
  readonly chosen: Signal<string | null>;
}

/** Times stand at least so far apart. */
const TICKS_APART_PX = 90;

/** What was drawn last: while all of it is the same, nothing is drawn. */
interface Drawn {
  readonly lanes: readonly Lane[];
  /** In whole pixels: what moves by less nobody sees. */
  readonly fromPx: number;
  readonly lengthMs: number;
  readonly widthPx: number;
  readonly ratio: number;
  readonly chosen: string | null;
  readonly theme: string | undefined;
}

/** Draws before a repaint, when something is other than it was. */
export function useLanesDrawing({ lanesNow, spanNow, widthPx, chosen }: LanesDrawing) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawn = useRef<Drawn | null>(null);
  const look = useRef<LogLook | null>(null);
  useFrame(() => {
    const element = canvas.current;
    const context = element?.getContext('2d') ?? null;
    const span = spanNow();
    if (element === null || context === null || span === null || widthPx === 0) return;
    const lanes = lanesNow();
    const before = drawn.current;
    const lengthMs = span.untilMs - span.fromMs;
    const ratio = window.devicePixelRatio;
    const { theme } = document.documentElement.dataset;
    const fromPx = Math.round((span.fromMs / lengthMs) * widthPx);
    const now: Drawn = { lanes, fromPx, lengthMs: rounded(lengthMs), widthPx, ratio, chosen: chosen.peek(), theme };
    if (before !== null && same(before, now)) return;
    const shapes = laneShapes(lanes, span, widthPx);
    const [width, height] = [Math.round(widthPx * ratio), Math.round(shapes.heightPx * ratio)];
    if (element.width !== width || element.height !== height) {
      element.width = width;
      element.height = height;
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (look.current === null || before?.theme !== theme || before?.ratio !== ratio) {
      look.current = readLogLook(element, context, ratio);
    }
    const at = lanes.findIndex(({ id }) => id === chosen.peek());
    drawLanes(context, widthPx, { shapes, axis: axisOf(span, widthPx), chosen: at < 0 ? null : at }, look.current);
    // What a repaint costs, for whoever measures.
    element.dataset['drawn'] = String(countOf(shapes));
    drawn.current = now;
  });
  return canvas;
}

/** All there is grows with every message: by less than a thousandth that is no news. */
function rounded(lengthMs: number): number {
  const unit = 10 ** Math.floor(Math.log10(lengthMs) - 2.7);
  return Math.round(lengthMs / unit) * unit;
}

function same(one: Drawn, other: Drawn): boolean {
  return (Object.keys(one) as (keyof Drawn)[]).every((key) => one[key] === other[key]);
}

function axisOf(span: Span, widthPx: number) {
  const { stepMs, atMs } = ticksOf(span, widthPx, TICKS_APART_PX);
  return atMs.map((time) => ({
    x: ((time - span.fromMs) / (span.untilMs - span.fromMs)) * widthPx,
    text: tickText(time, stepMs, clockText),
  }));
}
