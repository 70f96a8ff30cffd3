/** What comes due, at a time. */
interface Due {
  readonly order: number;
  readonly atMs: number;
}

/** A binary heap: what is due first comes first, and of the same time, what was planned first. */
export class DueQueue<Item extends Due> {
  #heap: Item[] = [];

  get size(): number {
    return this.#heap.length;
  }

  /** The first; undefined when there is none. */
  get first(): Item | undefined {
    return this.#heap[0];
  }

  /** In no order. */
  forEach(visit: (item: Item) => void): void {
    this.#heap.forEach(visit);
  }

  add(item: Item): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = heap[parentAt];
      if (parent === undefined || isBefore(parent, item)) break;
      heap[at] = parent;
      at = parentAt;
    }
    heap[at] = item;
  }

  /** Adds many at once, for less than one by one. */
  addAll(items: readonly Item[]): void {
    if (items.length < this.#heap.length / 8) {
      for (const item of items) this.add(item);
      return;
    }
    // A sorted list is a heap.
    this.#heap = [...this.#heap, ...items].sort(compare);
  }

  /** Takes the first away. */
  take(): Item | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last !== undefined && heap.length > 0) this.#sink(last);
    return first;
  }

  /** Takes away all for which it is true. @returns them, in the order in which they are due */
  takeAll(isMeant: (item: Item) => boolean): Item[] {
    const taken: Item[] = [];
    const rest: Item[] = [];
    for (const item of this.#heap) (isMeant(item) ? taken : rest).push(item);
    if (taken.length > 0) this.#heap = rest.sort(compare);
    return taken.sort(compare);
  }

  /** Puts one that is to go down from the top where it belongs. */
  #sink(item: Item): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      const leftAt = 2 * at + 1;
      const left = heap[leftAt];
      if (left === undefined) break;
      const right = heap[leftAt + 1];
      const childAt = right !== undefined && isBefore(right, left) ? leftAt + 1 : leftAt;
      const child = childAt === leftAt ? left : right;
      if (child === undefined || isBefore(item, child)) break;
      heap[at] = child;
      at = childAt;
    }
    heap[at] = item;
  }
}

function compare(one: Due, other: Due): number {
  return one.atMs - other.atMs || one.order - other.order;
}

function isBefore(one: Due, other: Due): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}
