const query = window.matchMedia('(prefers-reduced-motion: reduce)');

/** Whether this viewer asked the system for less motion. */
export function prefersStillness(): boolean {
  return query.matches;
}
