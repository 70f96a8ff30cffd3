import { useEffect, useState } from 'preact/hooks';

/** The page's monotonic clock at this rendering; makes the caller render at least this often, so that ages grow. */
export function useNow(everyMs: number): number {
  const [, setTick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setTick((tick) => tick + 1), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return performance.now();
}
