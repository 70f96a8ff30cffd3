import { useEffect, useRef } from 'preact/hooks';
import { prefersStillness } from './prefersStillness.ts';

type Draw = (nowMs: number) => void;

const drawings = new Set<Draw>();
let request = 0;

/** One loop for the whole page, which rests while nothing moves and while the page is hidden. */
function loop(): void {
  const nowMs = performance.now();
  for (const draw of drawings) draw(nowMs);
  request = drawings.size === 0 ? 0 : requestAnimationFrame(loop);
}

function add(draw: Draw): () => void {
  drawings.add(draw);
  if (request === 0) request = requestAnimationFrame(loop);
  return () => {
    drawings.delete(draw);
  };
}

/**
 * Calls a function before every repaint with the page's monotonic clock, to change what is drawn without rendering anew.
 * For whoever asked the system for less motion, it calls once at every rendering instead.
 */
export function useFrame(draw: Draw): void {
  const newest = useRef(draw);
  newest.current = draw;
  useEffect(() => {
    if (prefersStillness()) return undefined;
    return add((nowMs) => newest.current(nowMs));
  }, []);
  useEffect(() => draw(performance.now()));
}
