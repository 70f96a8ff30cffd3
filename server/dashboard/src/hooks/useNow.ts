import { useContext, useEffect, useState } from 'preact/hooks';
import { StoreContext } from './useStore.ts';

/**
 * The time that is drawn at this rendering, on the page's clock: of now, or in the past of what is looked at there. Makes the caller
 * render at least this often, so that ages grow.
 */
export function useNow(everyMs: number): number {
  const pageMs = usePageNow(everyMs);
  return useContext(StoreContext)?.nowMs() ?? pageMs;
}

/** The page's own monotonic clock, for what concerns the page itself: its connection. */
export function usePageNow(everyMs: number): number {
  const [, setTick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setTick((tick) => tick + 1), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return performance.now();
}
