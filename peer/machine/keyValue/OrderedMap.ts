import sortedBTree from 'sorted-btree';

/** Strings in the order of their UTF-16 code units, which is the same in every locale. A copy costs nothing until one of the two changes. */
export class OrderedMap<Value> {
  readonly #tree: InstanceType<typeof sortedBTree.default<string, Value>>;

  constructor(tree = new sortedBTree.default<string, Value>(undefined, compareCodeUnits)) {
    this.#tree = tree;
  }

  get(key: string): Value | undefined {
    return this.#tree.get(key);
  }

  set(key: string, value: Value): void {
    this.#tree.set(key, value);
  }

  delete(key: string): void {
    this.#tree.delete(key);
  }

  /** From the first key that is not before `from`. */
  entries(from?: string): IterableIterator<[string, Value]> {
    return this.#tree.entries(from);
  }

  clone(): OrderedMap<Value> {
    return new OrderedMap(this.#tree.clone());
  }
}

function compareCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a === b ? 0 : 1;
}
