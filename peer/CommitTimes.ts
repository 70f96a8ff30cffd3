import type { CommitTimes as Account } from '../shared/messages/Status.ts';

/** Proposals that wait, and proposals that are done: at most so many of each. */
const COUNT_MAX = 1024;
/** What was committed longer ago is not told. */
const WINDOW_MS = 10_000;
/** To sort a thousand times costs more than to commit one: under load it is not done for every look. */
const AGE_MS_MAX = 50;

interface Done {
  readonly atMs: number;
  readonly tookMs: number;
}

/**
 * How long a leader's proposals take from being put into its log to being committed. While as many wait as are watched, further
 * ones are not: to forget the oldest instead would forget the slowest.
 */
export class CommitTimes {
  /** In order of index. */
  #waiting: { readonly index: number; readonly takenAtMs: number }[] = [];
  /** In order of time. */
  #done: Done[] = [];
  /** What was told last, and until when it is not looked at again. */
  #told: { readonly account: Account | undefined; readonly untilMs: number } | undefined;

  /** A proposal stands in the log. */
  taken(index: number, nowMs: number): void {
    if (this.#waiting.length < COUNT_MAX) this.#waiting.push({ index, takenAtMs: nowMs });
  }

  /** Everything up to `index` is committed. */
  committed(index: number, nowMs: number): void {
    let count = 0;
    for (const { index: waiting, takenAtMs } of this.#waiting) {
      if (waiting > index) break;
      this.#done.push({ atMs: nowMs, tookMs: nowMs - takenAtMs });
      count += 1;
    }
    if (count === 0) return;
    this.#waiting.splice(0, count);
    // Not one by one: to take one from the front costs as much as to take a thousand.
    if (this.#done.length >= 2 * COUNT_MAX) this.#done = this.#done.slice(-COUNT_MAX);
  }

  /** This peer leads no longer: what waits may be cut off, and its index taken by another's entry. */
  forget(): void {
    this.#waiting = [];
    this.#done = [];
    this.#told = undefined;
  }

  /** Of the newest in the window, as of a moment ago; undefined when there were none. */
  account(nowMs: number): Account | undefined {
    if (this.#told === undefined || nowMs >= this.#told.untilMs) {
      this.#told = { account: this.#summed(nowMs), untilMs: nowMs + AGE_MS_MAX };
    }
    return this.#told.account;
  }

  #summed(nowMs: number): Account | undefined {
    const newest = this.#done.slice(-COUNT_MAX);
    const first = newest.findIndex(({ atMs }) => nowMs - atMs < WINDOW_MS);
    this.#done = first === -1 ? [] : newest.slice(first);
    if (this.#done.length === 0) return undefined;
    const times = Float64Array.from(this.#done, ({ tookMs }) => tookMs).sort();
    return { count: times.length, p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) };
  }
}

/** By nearest rank. @param sorted not empty */
function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
