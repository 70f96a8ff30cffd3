import type { Signal } from '@preact/signals';
import { GAUGE_SECONDS, type GaugeName, type Gauges } from '../gauges/Gauges.ts';

/** One Float64Array a column, a ring of GAUGE_SECONDS; what is not told is NaN. */
export class GaugeColumns implements Gauges {
  readonly newestMs: Signal<number | null>;
  readonly #columns = new Map<GaugeName, Float64Array>();
  /** Since the Unix epoch. */
  #newestSecond = Number.NEGATIVE_INFINITY;

  constructor(newestMs: Signal<number | null>) {
    this.newestMs = newestMs;
  }

  set(atMs: number, values: Readonly<Partial<Record<GaugeName, number>>>): void {
    const second = Math.floor(atMs / 1000);
    if (second <= this.#newestSecond - GAUGE_SECONDS) return;
    if (second > this.#newestSecond) this.#advance(second);
    for (const [name, value] of Object.entries(values) as [GaugeName, number][]) {
      this.#columnOf(name)[placeOf(second)] = value;
    }
    this.newestMs.value = this.#newestSecond * 1000;
  }

  column(name: GaugeName, untilMs: number, seconds: number): Float64Array {
    const count = Math.max(0, Math.min(GAUGE_SECONDS, Math.floor(seconds)));
    const answer = new Float64Array(count).fill(NaN);
    const column = this.#columns.get(name);
    if (column === undefined) return answer;
    const last = Math.floor(untilMs / 1000);
    for (let index = 0; index < count; index += 1) {
      const second = last - (count - 1 - index);
      const isKept = second <= this.#newestSecond && second > this.#newestSecond - GAUGE_SECONDS;
      if (isKept) answer[index] = column[placeOf(second)] ?? NaN;
    }
    return answer;
  }

  names(): readonly GaugeName[] {
    return [...this.#columns.keys()];
  }

  forget(): void {
    this.#columns.clear();
    this.#newestSecond = Number.NEGATIVE_INFINITY;
    this.newestMs.value = null;
  }

  /** Seconds of which nothing was told are empty, and not those of ten minutes before. */
  #advance(second: number): void {
    const from = Math.max(this.#newestSecond + 1, second - GAUGE_SECONDS + 1);
    for (const column of this.#columns.values()) {
      for (let empty = from; empty <= second; empty += 1) column[placeOf(empty)] = NaN;
    }
    this.#newestSecond = second;
  }

  #columnOf(name: GaugeName): Float64Array {
    const known = this.#columns.get(name);
    if (known !== undefined) return known;
    const column = new Float64Array(GAUGE_SECONDS).fill(NaN);
    this.#columns.set(name, column);
    return column;
  }
}

function placeOf(second: number): number {
  return ((second % GAUGE_SECONDS) + GAUGE_SECONDS) % GAUGE_SECONDS;
}
