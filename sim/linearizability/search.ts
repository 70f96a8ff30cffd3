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
  readonly openRunBefore: number;
}

/**
 * How many open operations may take effect one right after the other: few at first. Hardly any history needs more, and where many are
 * open the orders of all of them are too many to try.
 */
const OPEN_RUNS_MAX = [1, 2, 4];

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
  for (const openRunMax of OPEN_RUNS_MAX) {
    const attempt = new Search(model, operations, budget, openRunMax);
    const result = attempt.run();
    if (result.verdict !== 'illegal' || !attempt.wasCut) return result;
  }
  return new Search(model, operations, budget, Number.POSITIVE_INFINITY).run();
}

class Search<State extends object | string | number, Input, Output> {
  readonly #model: Model<State, Input, Output>;
  readonly #operations: readonly Operation<Input, Output>[];
  readonly #budget: Budget;
  readonly #openRunMax: number;
  /** Whether anything was left out because of `openRunMax`: then nothing is proved. */
  wasCut = false;
  #openRun = 0;
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
  /** The longest order so far, of which the first `#inCommon` are where they were: a long one is not copied again for each step. */
  readonly #bestOrder: number[] = [];
  #bestCompleted = -1;
  #bestState: State;
  #inCommon = 0;

  constructor(
    model: Model<State, Input, Output>,
    operations: readonly Operation<Input, Output>[],
    budget: Budget,
    openRunMax: number,
  ) {
    this.#openRunMax = openRunMax;
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
    this.#bestState = this.#state;
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
    if (this.#openRun === this.#openRunMax) {
      this.wasCut ||= timeline.openAfter(behind, node) !== undefined;
      return false;
    }
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
      ...{ number, isOpen, lastBefore: this.#last, openRunBefore: this.#openRun },
      ...{ stateBefore: this.#state, stateNumberBefore: this.#stateNumber },
    });
    this.#openRun = isOpen ? this.#openRun + 1 : 0;
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
    this.#openRun = last.openRunBefore;
    this.#inCommon = Math.min(this.#inCommon, this.#placed.length);
    return last;
  }

  #isNew(): boolean {
    const first = this.#timeline.after(0);
    const from = first === 0 ? this.#timeline.completed.length : this.#timeline.completedAt(first);
    // Where there is no bound to the runs of open operations, their length is of no matter.
    const openRun = Number.isFinite(this.#openRunMax) ? this.#openRun : 0;
    return this.#configurations.add({
      ...{ hash: this.#hash, state: this.#stateNumber, openRun },
      ...{ placed: this.#placedSet, from, to: this.#last, open: this.#openSet },
    });
  }

  #numberOf(state: State): number {
    const key = this.#model.stateKey(state);
    const known = this.#stateNumbers.get(key);
    if (known !== undefined) return known;
    this.#stateNumbers.set(key, this.#stateNumbers.size);
    return this.#stateNumbers.size - 1;
  }

  #remember(): void {
    if (this.#completedCount <= this.#bestCompleted) return;
    const { completed, open } = this.#timeline;
    this.#bestOrder.length = this.#inCommon;
    for (const { number, isOpen } of this.#placed.slice(this.#inCommon)) {
      this.#bestOrder.push((isOpen ? open : completed)[number] ?? 0);
    }
    this.#inCommon = this.#placed.length;
    this.#bestCompleted = this.#completedCount;
    this.#bestState = this.#state;
  }

  #result(verdict: SearchResult<State>['verdict']): SearchResult<State> {
    this.#remember();
    return { verdict, order: this.#bestOrder, state: this.#bestState };
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
