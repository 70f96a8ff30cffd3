/** Numbers of one page: enough that pages come and go seldom, and few enough that a page with one number left is no waste. */
const PAGE_NUMBERS = 256;

interface Page<Value> {
  readonly values: (Value | undefined)[];
  count: number;
}

/**
 * A map for numbers that are given out in ascending order and mostly go in that order too: of requests, of log entries.
 *
 * A `Map` copies itself whenever so many entries have come and gone as it has room for, and each copy that is garbage keeps the next
 * one alive, with all that it held, until the whole heap is collected: where entries live for milliseconds that doubles the collector's
 * work. Pages go as they are.
 */
export class NumberMap<Value> {
  readonly #pages = new Map<number, Page<Value>>();
  /** The page that was used last: mostly the next use is of the same one. */
  #recent: Page<Value> | undefined;
  #recentKey = -1;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: number): Value | undefined {
    return this.#pageOf(key)?.values[key % PAGE_NUMBERS];
  }

  has(key: number): boolean {
    return this.get(key) !== undefined;
  }

  /** @param key a whole number, 0 or more */
  set(key: number, value: Value): void {
    const page = this.#pageOf(key) ?? this.#newPage(Math.floor(key / PAGE_NUMBERS));
    const at = key % PAGE_NUMBERS;
    if (page.values[at] === undefined) {
      page.count += 1;
      this.#size += 1;
    }
    page.values[at] = value;
  }

  /** @returns what was there */
  delete(key: number): Value | undefined {
    const page = this.#pageOf(key);
    const value = page?.values[key % PAGE_NUMBERS];
    if (page === undefined || value === undefined) return undefined;
    page.values[key % PAGE_NUMBERS] = undefined;
    page.count -= 1;
    this.#size -= 1;
    if (page.count === 0) this.#removePage(Math.floor(key / PAGE_NUMBERS));
    return value;
  }

  clear(): void {
    this.#pages.clear();
    this.#recent = undefined;
    this.#recentKey = -1;
    this.#size = 0;
  }

  /** By page in the order in which the first number of each came, within a page ascending. As of now. */
  entries(): [key: number, value: Value][] {
    const entries: [number, Value][] = [];
    for (const [pageKey, { values }] of this.#pages) {
      for (const [at, value] of values.entries()) {
        if (value !== undefined) entries.push([pageKey * PAGE_NUMBERS + at, value]);
      }
    }
    return entries;
  }

  values(): Value[] {
    return this.entries().map(([, value]) => value);
  }

  #pageOf(key: number): Page<Value> | undefined {
    const pageKey = Math.floor(key / PAGE_NUMBERS);
    if (pageKey === this.#recentKey) return this.#recent;
    const page = this.#pages.get(pageKey);
    if (page === undefined) return undefined;
    this.#recent = page;
    this.#recentKey = pageKey;
    return page;
  }

  #newPage(pageKey: number): Page<Value> {
    const page: Page<Value> = { values: new Array<Value | undefined>(PAGE_NUMBERS).fill(undefined), count: 0 };
    this.#pages.set(pageKey, page);
    this.#recent = page;
    this.#recentKey = pageKey;
    return page;
  }

  #removePage(pageKey: number): void {
    this.#pages.delete(pageKey);
    if (pageKey !== this.#recentKey) return;
    this.#recent = undefined;
    this.#recentKey = -1;
  }
}
