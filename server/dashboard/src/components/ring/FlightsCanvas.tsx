import { useRef } from 'preact/hooks';
import { drawFlights, type FlightsLook } from '../../canvas/drawFlights.ts';
import type { Layout } from '../../geometry/Layout.ts';
import { prefersStillness } from '../../hooks/prefersStillness.ts';
import { useFrame } from '../../hooks/useFrame.ts';
import { useStore } from '../../hooks/useStore.ts';
import { FRAME_KINDS } from '../../model/frames/kinds.ts';
import type { Air } from './useFlights.ts';

/** More pixels than two to one are not seen, and cost. */
const PIXELS_MAX = 2;

interface FlightsCanvasProps {
  readonly layout: Layout;
  readonly air: Air;
  /** Of a peer's body, in CSS pixels. */
  readonly nodeRadius: number;
}

/** Frames on their way, over the ring. What waits is told in words by the table of links. */
export function FlightsCanvas({ layout, air, nodeRadius }: FlightsCanvasProps) {
  const store = useStore();
  const canvas = useRef<HTMLCanvasElement>(null);
  const look = useRef<{ readonly of: string; readonly look: FlightsLook } | null>(null);
  const { width, height } = layout.size;
  useFrame(() => {
    const context = canvas.current?.getContext('2d') ?? null;
    if (canvas.current === null || context === null) return;
    const scale = Math.min(PIXELS_MAX, window.devicePixelRatio);
    fit(canvas.current, Math.round(width * scale), Math.round(height * scale));
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    const atMs = store.shownAtMs();
    if (Number.isNaN(atMs)) return;
    air.counts.settle(atMs);
    const selection = store.view.selected.peek();
    const selected = selection?.kind === 'frame' ? selection.seq : null;
    look.current = lookOf(canvas.current, nodeRadius, look.current);
    const { flights, counts, queues } = air;
    const scene = { layout, flights, counts, queues, atMs, selected, isStill: prefersStillness() };
    drawFlights(context, scene, look.current.look);
  });
  return (
    <canvas ref={canvas} class="flights" aria-hidden="true" style={{ width: `${width}px`, height: `${height}px` }} />
  );
}

function fit(canvas: HTMLCanvasElement, width: number, height: number): void {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}

/** Reads the style sheet's colours, once for each scheme and size. */
function lookOf(
  canvas: HTMLCanvasElement,
  nodeRadius: number,
  known: { readonly of: string; readonly look: FlightsLook } | null,
): { readonly of: string; readonly look: FlightsLook } {
  const { theme = '', look: forWhom = '' } = document.documentElement.dataset;
  const of = `${theme} ${forWhom} ${nodeRadius}`;
  if (known?.of === of) return known;
  const style = getComputedStyle(canvas);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const kinds = Object.fromEntries(FRAME_KINDS.map((kind) => [kind, colour(`--frame-${kind}`)]));
  const fontSize = Math.max(11, Math.min(20, nodeRadius * 0.3));
  return {
    of,
    look: {
      kinds: kinds as FlightsLook['kinds'],
      ...{ card: colour('--card'), ink: colour('--ink'), danger: colour('--danger'), focus: colour('--focus') },
      font: `600 ${fontSize}px ${colour('--sans')}`,
      radius: Math.max(3.4, Math.min(8, nodeRadius * 0.125)),
    },
  };
}
