import type { Logger } from '../log.ts';

const WINDOW_MS = 10_000;
/** Lines in a window about one thing; a flood of it becomes these and one that counts the rest. */
const LINES_PER_KEY = 3;
/** Lines in a window about all things together. */
const LINES = 100;
/** Things told apart in a window; beyond it only `LINES` holds. */
const KEYS = 1024;

/** Warnings about what others did wrong: a clear line for each, and no way for them to fill a disk. */
export class RateLimitedLog {
  readonly #logger: Logger;
  readonly #clock: () => number;
  readonly #linesOf = new Map<string, number>();
  #windowStartMs = -Infinity;
  #lines = 0;
  #leftOut = 0;

  constructor(logger: Logger, clock: () => number) {
    this.#logger = logger;
    this.#clock = clock;
  }

  /**
   * @param key what counts as the same thing, such as an error code and an endpoint
   * @returns whether the line was written
   */
  warn(key: string, line: string): boolean {
    this.#turnWindow();
    const linesOfKey = this.#linesOf.get(key) ?? 0;
    if (linesOfKey >= LINES_PER_KEY || this.#lines >= LINES) {
      this.#leftOut += 1;
      return false;
    }
    if (linesOfKey > 0 || this.#linesOf.size < KEYS) this.#linesOf.set(key, linesOfKey + 1);
    this.#lines += 1;
    this.#logger.warn(line);
    return true;
  }

  #turnWindow(): void {
    const nowMs = this.#clock();
    if (nowMs - this.#windowStartMs < WINDOW_MS) return;
    if (this.#leftOut > 0) {
      this.#logger.warn(`${this.#leftOut} more lines like these were left out; /metrics counts them all`);
    }
    this.#windowStartMs = nowMs;
    this.#linesOf.clear();
    this.#lines = 0;
    this.#leftOut = 0;
  }
}
