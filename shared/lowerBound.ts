/**
 * Binary search.
 * @param isBefore whether what stands at a position comes before what is looked for: true up to some position, then false
 * @returns the first position from `low` on for which it is false; `high` when there is none
 */
export function lowerBound(low: number, high: number, isBefore: (position: number) => boolean): number {
  let [from, to] = [low, high];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (isBefore(middle)) from = middle + 1;
    else to = middle;
  }
  return from;
}
