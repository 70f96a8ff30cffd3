import type { NumberSet } from './Configurations.ts';
import type { Operation } from './History.ts';
import type { GrowingText } from './Model.ts';
import type { Timeline } from './Timeline.ts';

/** A completed operation that saw the whole text. */
interface Sight {
  readonly number: number;
  readonly text: string;
  readonly returnPosition: number;
  /** Those that may make the text anew on the way to this one; found when it is needed first. */
  renewals: readonly Renewal[] | undefined;
}

/** An operation that may replace the text. */
interface Renewal {
  /** Among the completed operations, or among the open ones. */
  readonly number: number;
  readonly isOpen: boolean;
  readonly text: string;
  readonly callPosition: number;
}

/**
 * Tells states apart that a later observation allows from those that it does not. Of all operations that saw the text and are not placed
 * yet, the one that returned first must come before whatever was called behind its return. So what it saw begins with the text as it
 * is now, or with one that was put in its place by an operation that is not placed yet and was called before that return. Where many
 * append at the same time and nobody reads for long, this leaves one order to try instead of all.
 */
export class LookAhead<State, Input, Output> {
  readonly #text: GrowingText<State, Input, Output>;
  readonly #placed: NumberSet;
  readonly #openPlaced: NumberSet;
  /** In the order of their returns. */
  readonly #sights: readonly Sight[];
  /** By the number of the completed operation. */
  readonly #rankOf = new Map<number, number>();
  readonly #renewals: readonly Renewal[];
  /** All sights before it are placed. */
  #next = 0;

  /** @param placed the completed operations that are placed, as the search keeps them; `openPlaced` the open ones */
  constructor(
    text: GrowingText<State, Input, Output>,
    operations: readonly Operation<Input, Output>[],
    timeline: Timeline,
    placed: NumberSet,
    openPlaced: NumberSet,
  ) {
    this.#text = text;
    this.#placed = placed;
    this.#openPlaced = openPlaced;
    this.#sights = sightsOf(text, operations, timeline);
    for (const [rank, { number }] of this.#sights.entries()) this.#rankOf.set(number, rank);
    this.#renewals = this.#sights.length === 0 ? [] : renewalsOf(text, operations, timeline);
  }

  /** A completed operation was placed, and is in `placed`. */
  took(number: number): void {
    if (this.#sights[this.#next]?.number !== number) return;
    for (let sight = this.#sights[this.#next]; sight !== undefined && this.#placed.has(sight.number);) {
      this.#next += 1;
      sight = this.#sights[this.#next];
    }
  }

  /** A completed operation was put back. */
  putBack(number: number): void {
    this.#next = Math.min(this.#next, this.#rankOf.get(number) ?? this.#next);
  }

  /** Whether what will be seen next can come of this state. */
  allows(state: State): boolean {
    const sight = this.#sights[this.#next];
    if (sight === undefined || sight.text.startsWith(this.#text.textOf(state))) return true;
    sight.renewals ??= this.#renewals.filter(
      ({ text, callPosition }) => callPosition < sight.returnPosition && sight.text.startsWith(text),
    );
    return sight.renewals.some(({ number, isOpen }) => !(isOpen ? this.#openPlaced : this.#placed).has(number));
  }
}

function sightsOf<State, Input, Output>(
  text: GrowingText<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
  timeline: Timeline,
): Sight[] {
  const sights: Sight[] = [];
  for (const [number, at] of timeline.completed.entries()) {
    const { input, output } = operations[at] ?? {};
    if (input === undefined || output === undefined) continue;
    const seen = text.seen(input, output);
    if (seen === undefined) continue;
    sights.push({ number, text: seen, returnPosition: timeline.returnPosition(number), renewals: undefined });
  }
  return sights.sort((one, other) => one.returnPosition - other.returnPosition);
}

function renewalsOf<State, Input, Output>(
  text: GrowingText<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
  timeline: Timeline,
): Renewal[] {
  const of = (isOpen: boolean) => (at: number, number: number) => {
    const operation = operations[at];
    if (operation === undefined) return [];
    const replaced = text.replacement(operation.input, operation.output);
    if (replaced === undefined) return [];
    const callPosition = isOpen ? timeline.openCallPosition(number) : timeline.callPosition(number);
    return [{ number, isOpen, text: replaced, callPosition }];
  };
  return [...timeline.completed.flatMap(of(false)), ...timeline.open.flatMap(of(true))];
}
