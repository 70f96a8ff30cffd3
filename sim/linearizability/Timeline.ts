import { eventsOf, type Operation } from './History.ts';

const HEAD = 0;

/**
 * The events of a history as a list out of which operations can be taken, and into which they can be put back in the opposite order
 * (Wing and Gong, 1993). What was called and completed stands in it with its call and its return; open operations, which never returned,
 * stand in a list of their own, so that they are tried last: most of the time none of them is needed.
 *
 * Completed operations and open ones are numbered apart, both in the order of their calls.
 */
export class Timeline {
  /** By number, the operation's place in the history. */
  readonly completed: readonly number[];
  readonly open: readonly number[];
  /** Node 2n+1 is the call of completed operation n, node 2n+2 its return; node 0 is the head. */
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #position: Int32Array;
  /** The same for open operations: node n+1 is operation n. */
  readonly #openNext: Int32Array;
  readonly #openPrevious: Int32Array;
  readonly #openPosition: Int32Array;

  constructor(operations: readonly Operation<unknown, unknown>[]) {
    const events = eventsOf(operations);
    const calls = events.filter(({ kind }) => kind === 'call').map(({ operation }) => operation);
    this.completed = calls.filter((operation) => operations[operation]?.returnedAtMs !== undefined);
    this.open = calls.filter((operation) => operations[operation]?.returnedAtMs === undefined);
    const nodes = 2 * this.completed.length + 1;
    [this.#next, this.#previous, this.#position] = [
      new Int32Array(nodes),
      new Int32Array(nodes),
      new Int32Array(nodes),
    ];
    const openNodes = this.open.length + 1;
    [this.#openNext, this.#openPrevious] = [new Int32Array(openNodes), new Int32Array(openNodes)];
    this.#openPosition = new Int32Array(this.open.length);
    const numbers = new Map(
      [...this.completed.entries(), ...this.open.entries()].map(([at, operation]) => [operation, at]),
    );
    const isOpen = new Set(this.open);
    let last = HEAD;
    for (const [position, { kind, operation }] of events.entries()) {
      const number = numbers.get(operation) ?? 0;
      if (isOpen.has(operation)) {
        this.#openPosition[number] = position;
        continue;
      }
      const node = 2 * number + (kind === 'call' ? 1 : 2);
      this.#position[node] = position;
      this.#next[last] = node;
      this.#previous[node] = last;
      last = node;
    }
    for (let node = 1; node < openNodes; node += 1) {
      this.#openNext[node - 1] = node;
      this.#openPrevious[node] = node - 1;
    }
  }

  /** The node behind; 0 at the end. The one behind node 0 is the first. */
  after(node: number): number {
    return this.#next[node] ?? HEAD;
  }

  isCall(node: number): boolean {
    return (node & 1) === 1;
  }

  /** The completed operation whose call or return it is. */
  completedAt(node: number): number {
    return (node - 1) >>> 1;
  }

  /** Where it was called, among all events of the history. */
  callPosition(completed: number): number {
    return this.#position[2 * completed + 1] ?? 0;
  }

  returnPosition(completed: number): number {
    return this.#position[2 * completed + 2] ?? 0;
  }

  openCallPosition(open: number): number {
    return this.#openPosition[open] ?? 0;
  }

  /** The first return: whatever was called behind it cannot come next. 0 when all completed operations are taken out. */
  firstReturn(): number {
    let node = this.after(HEAD);
    while (this.isCall(node)) node = this.after(node);
    return node;
  }

  take(completed: number): void {
    for (const node of [2 * completed + 1, 2 * completed + 2]) {
      const [previous, next] = [this.#previous[node] ?? HEAD, this.#next[node] ?? HEAD];
      this.#next[previous] = next;
      if (next !== HEAD) this.#previous[next] = previous;
    }
  }

  putBack(completed: number): void {
    for (const node of [2 * completed + 2, 2 * completed + 1]) {
      this.#next[this.#previous[node] ?? HEAD] = node;
      const next = this.#next[node] ?? HEAD;
      if (next !== HEAD) this.#previous[next] = node;
    }
  }

  /** The first open operation behind this one (-1: of all) that is called before the return at `node`; undefined when there is none. */
  openAfter(open: number, node: number): number | undefined {
    const next = (this.#openNext[open + 1] ?? 0) - 1;
    if (next < 0 || (this.#openPosition[next] ?? 0) > (this.#position[node] ?? 0)) return undefined;
    return next;
  }

  takeOpen(open: number): void {
    const [previous, next] = [this.#openPrevious[open + 1] ?? 0, this.#openNext[open + 1] ?? 0];
    this.#openNext[previous] = next;
    if (next !== 0) this.#openPrevious[next] = previous;
  }

  putBackOpen(open: number): void {
    this.#openNext[this.#openPrevious[open + 1] ?? 0] = open + 1;
    const next = this.#openNext[open + 1] ?? 0;
    if (next !== 0) this.#openPrevious[next] = open + 1;
  }
}
