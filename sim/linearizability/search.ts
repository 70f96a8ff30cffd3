import { seededRandom } from '../../shared/random.ts';
import type { Budget } from './Bound.ts';
import { Configurations, NumberSet } from './Configurations.ts';
import type { Operation } from './History.ts';
import type { Model } from './Model.ts';
import { Timeline } from './Timeline.ts';

/** How far a search came. Operations are named by their places in the history that was given. */
export interface SearchResult<State> {
  readonly verdict: 'linearizable' | 'illegal' | 'unknown';
  /** An order of as many operations as one was found for; of all completed ones when the history is linearizable. */
  readonly order: readonly number[];
  /** After these. */
  readonly state: State;
}

interface Placed<State> {
  /** By its number in the timeline. */
  readonly number: number;
  readonly isOpen: boolean;
  readonly stateBefore: State;
  readonly stateNumberBefore: number;
  /** The last completed operation that had been placed before. */
  readonly lastBefore: number;
}

/**
 * Looks for an order in which the operations of one part can have taken effect (Wing and Gong, 1993, with the memory of Lowe, 2017):
 * any operation called before the first return may come next; when none fits, the last choice was wrong. Open operations are tried when
 * no completed one leads on.
 */
export function search<State extends object | string | number, Input, Output>(
  model: Model<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
  budget: Budget,
): SearchResult<State> {
  return new Search(model, operations, budget).run();
}

class Search<State extends object | string | number, Input, Output> {
  readonly #model: Model<State, Input, Output>;
  readonly #operations: readonly Operation<Input, Output>[];
  readonly #budget: Budget;
  readonly #timeline: Timeline;
  readonly #configurations = new Configurations();
  readonly #placedSet: NumberSet;
  readonly #openSet: NumberSet;
  readonly #hashes: Int32Array;
  /** For each open operation the one before it that asks for the same, if any: to place the later one first leads to nothing new. */
  readonly #twins: readonly (number | undefined)[];
  readonly #stateNumbers = new Map<string | number, number>();
  readonly #placed: Placed<State>[] = [];
  #hash = 0;
  #last = -1;
  #state: State;
  #stateNumber: number;
  #completedCount = 0;
  #best: { readonly completed: number; readonly order: readonly number[]; readonly state: State };

  constructor(model: Model<State, Input, Output>, operations: readonly Operation<Input, Output>[], budget: Budget) {
    this.#model = model;
    this.#operations = operations;
    this.#budget = budget;
    this.#timeline = new Timeline(operations);
    const { completed, open } = this.#timeline;
    this.#placedSet = new NumberSet(completed.length);
    this.#openSet = new NumberSet(open.length);
    const random = seededRandom('linearizability');
    this.#hashes = Int32Array.from(completed, () => random() * 2 ** 32);
    this.#twins = twinsOf(open.map((at) => JSON.stringify(operations[at]?.input)));
    this.#state = model.init();
    this.#stateNumber = this.#numberOf(this.#state);
    this.#best = { completed: -1, order: [], state: this.#state };
  }

  run(): SearchResult<State> {
    const timeline = this.#timeline;
    let node = timeline.after(0);
    while (node !== 0) {
      if (timeline.isCall(node)) {
        const moved = this.#placeCompleted(timeline.completedAt(node));
        node = moved ? timeline.after(0) : timeline.after(node);
      } else if (this.#placeAnyOpen(-1, node)) {
        node = timeline.after(0);
      } else {
        const next = this.#goBack();
        // A search that was ended goes back all the way as well.
        if (next === undefined) return this.#result(this.#budget.isSpent ? 'unknown' : 'illegal');
        node = next;
      }
      if (this.#budget.isSpent) return this.#result('unknown');
    }
    return this.#result('linearizable');
  }

  #placeCompleted(number: number): boolean {
    const state = this.#stepOf(this.#timeline.completed[number] ?? 0);
    if (state === undefined) return false;
    this.#timeline.take(number);
    this.#placedSet.flip(number);
    this.#hash ^= this.#hashes[number] ?? 0;
    this.#push(number, false, state);
    this.#last = Math.max(this.#last, number);
    this.#completedCount += 1;
    if (this.#isNew()) return true;
    this.#pop();
    return false;
  }

  /** Places the first open operation behind this one that leads to a new configuration; `node` is the first return. */
  #placeAnyOpen(behind: number, node: number): boolean {
    const timeline = this.#timeline;
    for (let at = timeline.openAfter(behind, node); at !== undefined; at = timeline.openAfter(at, node)) {
      const twin = this.#twins[at];
      if (twin !== undefined && !this.#openSet.has(twin)) continue;
      const state = this.#stepOf(timeline.open[at] ?? 0);
      if (state === undefined) continue;
      timeline.takeOpen(at);
      this.#openSet.flip(at);
      this.#push(at, true, state);
      if (this.#isNew()) return true;
      this.#pop();
    }
    return false;
  }

  /** Takes back the last choice and its alternatives that lead nowhere. @returns where to go on; undefined when all was tried */
  #goBack(): number | undefined {
    const timeline = this.#timeline;
    for (;;) {
      this.#remember();
      const last = this.#pop();
      if (last === undefined) return undefined;
      if (!last.isOpen) return timeline.after(2 * last.number + 1);
      if (this.#placeAnyOpen(last.number, timeline.firstReturn())) return timeline.after(0);
    }
  }

  #stepOf(operation: number): State | undefined {
    const tried = this.#operations[operation];
    if (tried === undefined || !this.#budget.take()) return undefined;
    return this.#model.step(this.#state, tried.input, tried.output);
  }

  #push(number: number, isOpen: boolean, state: State): void {
    this.#placed.push({
      ...{ number, isOpen, lastBefore: this.#last },
      ...{ stateBefore: this.#state, stateNumberBefore: this.#stateNumber },
    });
    this.#state = state;
    this.#stateNumber = this.#numberOf(state);
  }

  #pop(): Placed<State> | undefined {
    const last = this.#placed.pop();
    if (last === undefined) return undefined;
    if (last.isOpen) {
      this.#openSet.flip(last.number);
      this.#timeline.putBackOpen(last.number);
    } else {
      this.#placedSet.flip(last.number);
      this.#hash ^= this.#hashes[last.number] ?? 0;
      this.#timeline.putBack(last.number);
      this.#completedCount -= 1;
    }
    this.#state = last.stateBefore;
    this.#stateNumber = last.stateNumberBefore;
    this.#last = last.lastBefore;
    return last;
  }

  #isNew(): boolean {
    const first = this.#timeline.after(0);
    const from = first === 0 ? this.#timeline.completed.length : this.#timeline.completedAt(first);
    return this.#configurations.add(this.#hash, this.#stateNumber, this.#placedSet, from, this.#last, this.#openSet);
  }

  #numberOf(state: State): number {
    const key = this.#model.stateKey(state);
    const known = this.#stateNumbers.get(key);
    if (known !== undefined) return known;
    this.#stateNumbers.set(key, this.#stateNumbers.size);
    return this.#stateNumbers.size - 1;
  }

  #remember(): void {
    if (this.#completedCount <= this.#best.completed) return;
    this.#best = { completed: this.#completedCount, order: this.#order(), state: this.#state };
  }

  #order(): number[] {
    const { completed, open } = this.#timeline;
    return this.#placed.map(({ number, isOpen }) => (isOpen ? open : completed)[number] ?? 0);
  }

  #result(verdict: SearchResult<State>['verdict']): SearchResult<State> {
    this.#remember();
    return { verdict, order: this.#best.order, state: this.#best.state };
  }
}

function twinsOf(keys: readonly string[]): (number | undefined)[] {
  const last = new Map<string, number>();
  return keys.map((key, at) => {
    const twin = last.get(key);
    last.set(key, at);
    return twin;
  });
}
