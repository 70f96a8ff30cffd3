/** How much may be written in a window of 10 s. */
export interface LogRate {
  /** Lines about one thing; a flood of it becomes these and one that counts the rest. */
  readonly linesPerKey: number;
  /** Lines about all things together. */
  readonly lines: number;
}

const WINDOW_MS = 10_000;
/** Things told apart in a window; beyond it only `lines` holds. */
const KEYS = 1024;
/** Others choose what stands in a line, such as the groups of a partition. */
const LINE_LENGTH_MAX = 2048;

/** Lines about what others did: a clear one for each, and no way for them to fill a disk. */
export class RateLimitedLog {
  readonly #write: (line: string) => void;
  readonly #clock: () => number;
  readonly #rate: LogRate;
  readonly #countedAt: string;
  readonly #linesOf = new Map<string, number>();
  #windowStartMs = -Infinity;
  #lines = 0;
  #leftOut = 0;

  /** @param countedAt where all are counted, for the line that stands for those left out */
  constructor(write: (line: string) => void, clock: () => number, rate: LogRate, countedAt: string) {
    this.#write = write;
    this.#clock = clock;
    this.#rate = rate;
    this.#countedAt = countedAt;
  }

  /**
   * @param key what counts as the same thing, such as an error code and an endpoint
   * @returns whether the line was written
   */
  write(key: string, line: string): boolean {
    this.#turnWindow();
    const linesOfKey = this.#linesOf.get(key) ?? 0;
    if (linesOfKey >= this.#rate.linesPerKey || this.#lines >= this.#rate.lines) {
      this.#leftOut += 1;
      return false;
    }
    if (linesOfKey > 0 || this.#linesOf.size < KEYS) this.#linesOf.set(key, linesOfKey + 1);
    this.#lines += 1;
    this.#write(line.length > LINE_LENGTH_MAX ? `${line.slice(0, LINE_LENGTH_MAX)}...` : line);
    return true;
  }

  #turnWindow(): void {
    const nowMs = this.#clock();
    if (nowMs - this.#windowStartMs < WINDOW_MS) return;
    if (this.#leftOut > 0) this.#write(`${this.#leftOut} more lines like these were left out; ${this.#countedAt}`);
    this.#windowStartMs = nowMs;
    this.#linesOf.clear();
    this.#lines = 0;
    this.#leftOut = 0;
  }
}
