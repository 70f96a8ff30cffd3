/**
 * A binary heap: whatever comes before all others is at hand, and items come and go in logarithmic time.
 * What an item is compared by must not change while it is in the heap, unless `reorder` follows.
 */
export class BinaryHeap<Item> {
  readonly #isBefore: (one: Item, other: Item) => boolean;
  #items: Item[] = [];

  /** @param isBefore a strict order: no two items may stand at the same place */
  constructor(isBefore: (one: Item, other: Item) => boolean) {
    this.#isBefore = isBefore;
  }

  get size(): number {
    return this.#items.length;
  }

  /** The one before all others; undefined when there is none. */
  get first(): Item | undefined {
    return this.#items[0];
  }

  /** In no order. */
  forEach(visit: (item: Item) => void): void {
    this.#items.forEach(visit);
  }

  add(item: Item): void {
    const items = this.#items;
    let at = items.length;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = items[parentAt];
      if (parent === undefined || this.#isBefore(parent, item)) break;
      items[at] = parent;
      at = parentAt;
    }
    items[at] = item;
  }

  /** Adds many at once, for less than one by one. */
  addAll(added: readonly Item[]): void {
    if (added.length < this.#items.length / 8) for (const item of added) this.add(item);
    else this.#items = this.#sorted([...this.#items, ...added]);
  }

  clear(): void {
    this.#items = [];
  }

  /** What items are compared by was changed. Takes a time that is linear in their number. */
  reorder(): void {
    const items = this.#items;
    for (let at = (items.length >> 1) - 1; at >= 0; at -= 1) {
      const item = items[at];
      if (item !== undefined) this.#sink(item, at);
    }
  }

  /** Takes the first away. */
  take(): Item | undefined {
    const first = this.#items[0];
    const last = this.#items.pop();
    if (last !== undefined && this.#items.length > 0) this.#sink(last);
    return first;
  }

  /** Takes away all for which it is true. @returns them, in their order */
  takeAll(isMeant: (item: Item) => boolean): Item[] {
    const taken: Item[] = [];
    const rest: Item[] = [];
    for (const item of this.#items) (isMeant(item) ? taken : rest).push(item);
    if (taken.length > 0) this.#items = this.#sorted(rest);
    return this.#sorted(taken);
  }

  /** A sorted list is a heap. */
  #sorted(items: Item[]): Item[] {
    return items.sort((one, other) => (this.#isBefore(one, other) ? -1 : 1));
  }

  /** Puts one that is to go down from there, or from the top, where it belongs. */
  #sink(item: Item, from = 0): void {
    const items = this.#items;
    let at = from;
    for (;;) {
      const leftAt = 2 * at + 1;
      const left = items[leftAt];
      if (left === undefined) break;
      const right = items[leftAt + 1];
      const childAt = right !== undefined && this.#isBefore(right, left) ? leftAt + 1 : leftAt;
      const child = childAt === leftAt ? left : right;
      if (child === undefined || this.#isBefore(item, child)) break;
      items[at] = child;
      at = childAt;
    }
    items[at] = item;
  }
}
