import type { GaugeName, Gauges } from './Gauges.ts';

/** A gauge goes on with the second that is under way, and now and then with the one before, told late. */
const SECONDS_KEPT = 3;

/** Numbers that grow while a second lasts, kept until that is over. */
export class SecondSums {
  readonly #gauges: Gauges;
  readonly #seconds = new Map<number, Map<GaugeName, number>>();

  constructor(gauges: Gauges) {
    this.#gauges = gauges;
  }

  add(name: GaugeName, atMs: number, by: number): void {
    this.#change(name, atMs, (sum) => sum + by);
  }

  /** The most that was told within the second. */
  most(name: GaugeName, atMs: number, value: number): void {
    this.#change(name, atMs, (most) => Math.max(most, value));
  }

  /** So much a millisecond, over a time that may lie in several seconds. */
  spread(name: GaugeName, fromMs: number, untilMs: number, perMs: number): void {
    let atMs = fromMs;
    while (atMs < untilMs) {
      const nextMs = Math.min(untilMs, (Math.floor(atMs / 1000) + 1) * 1000);
      this.add(name, atMs, (nextMs - atMs) * perMs);
      atMs = nextMs;
    }
  }

  forget(): void {
    this.#seconds.clear();
  }

  #change(name: GaugeName, atMs: number, how: (before: number) => number): void {
    const second = Math.floor(atMs / 1000);
    const values = this.#valuesOf(second);
    if (values === null) return;
    const value = how(values.get(name) ?? 0);
    values.set(name, value);
    this.#gauges.set(atMs, { [name]: value });
  }

  /** Null for a second that is over for long. */
  #valuesOf(second: number): Map<GaugeName, number> | null {
    const known = this.#seconds.get(second);
    if (known !== undefined) return known;
    const newest = Math.max(...this.#seconds.keys());
    if (second <= newest - SECONDS_KEPT) return null;
    const values = new Map<GaugeName, number>();
    this.#seconds.set(second, values);
    for (const old of this.#seconds.keys()) if (old <= second - SECONDS_KEPT) this.#seconds.delete(old);
    return values;
  }
}
