import { useContext, useEffect, useRef } from 'preact/hooks';
import { prefersStillness } from './prefersStillness.ts';
import { StoreContext } from './useStore.ts';

type Draw = (nowMs: number) => void;

/** The page's own clock, as `performance.now()` gives it. */
type PageDraw = (pageMs: number) => void;

const drawings = new Set<PageDraw>();
let request = 0;

/** One loop for the whole page, which rests while nothing moves and while the page is hidden. */
function loop(): void {
  const pageMs = performance.now();
  for (const draw of drawings) draw(pageMs);
  request = drawings.size === 0 ? 0 : requestAnimationFrame(loop);
}

function add(draw: PageDraw): () => void {
  drawings.add(draw);
  if (request === 0) request = requestAnimationFrame(loop);
  return () => {
    drawings.delete(draw);
  };
}

/**
 * Calls a function before every repaint, to change what is drawn without rendering anew. It gets the time that is drawn on the
 * page's clock: of now, or in the past of what is looked at there.
 * For whoever asked the system for less motion, it calls once at every rendering instead.
 */
export function useFrame(draw: Draw): void {
  const store = useContext(StoreContext);
  const newest = useRef(draw);
  newest.current = draw;
  useEffect(() => {
    if (prefersStillness()) return undefined;
    return add((pageMs) => newest.current(store?.nowMs() ?? pageMs));
  }, [store]);
  useEffect(() => draw(store?.nowMs() ?? performance.now()));
}
