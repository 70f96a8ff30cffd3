/** Node's timers take no longer time. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** What to give a timer that is to fire at `atMs` or, where it takes no longer time, before: whoever is called looks again. */
export function timerMs(atMs: number, nowMs: number): number {
  return Math.min(Math.max(1, Math.ceil(atMs - nowMs)), TIMER_MS_MAX);
}
