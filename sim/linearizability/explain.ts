import { type Bound, Budget } from './Bound.ts';
import { describeOperation } from './describeOperation.ts';
import { eventsOf, type Operation } from './History.ts';
import type { Model, Part } from './Model.ts';
import { search } from './search.ts';

/** Of a long order only its end is told. */
const TOLD_MAX = 8;
/** An explanation is worth less work than the verdict: it looks at the history many times, each time at another part of it. */
const STEPS_MAX = 300_000;

/**
 * Says why a part of a history is not linearizable, in lines for people: the first return that no order explains, with everything before
 * it; as long an order as there is; what state that leads to; and why nothing that could come next fits.
 */
export function explain<State extends object | string | number, Input, Output>(
  model: Model<State, Input, Output>,
  part: Part<Input, Output>,
  given: Bound,
): string {
  const bound = { ...given, stepsMax: Math.min(given.stepsMax, STEPS_MAX) };
  const operations = upToFirstImpossible(model, part.operations, bound);
  const { order, state } = search(model, operations, new Budget(bound));
  const lines = [`${part.name} is not linearizable.`];
  const tell = (operation: Operation<Input, Output>): string => `  ${describeOperation(model, operation)}`;
  const culprit = lastReturned(operations);
  if (culprit !== undefined) {
    lines.push(
      'Up to this return there is an order that explains what the clients saw, with it there is none:',
      tell(culprit),
    );
  }
  const told = order.slice(-TOLD_MAX).flatMap((at) => operations[at] ?? []);
  const leftOut = order.length - told.length;
  lines.push(`The longest order found has ${order.length} operations${leftOut > 0 ? `, these the last of them` : ''}:`);
  lines.push(...told.map(tell), `It leads to: ${model.describeState(state)}`);
  const left = nextOf(operations, new Set(order));
  const fits = left.filter(({ input, output }) => model.step(state, input, output) !== undefined);
  const misfits = left.filter((operation) => operation.output !== undefined && !fits.includes(operation));
  if (misfits.length > 0)
    lines.push('What must or may come next, and cannot have had this outcome then:', ...misfits.map(tell));
  if (fits.length > 0) lines.push('What may come next, and leads nowhere:', ...fits.map(tell));
  return lines.join('\n');
}

/** The history as it was when the first return came that makes it illegal: operations that had not returned then are open. */
function upToFirstImpossible<State extends object | string | number, Input, Output>(
  model: Model<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
  bound: Bound,
): readonly Operation<Input, Output>[] {
  const events = eventsOf(operations);
  const returns = events.flatMap(({ kind }, at) => (kind === 'return' ? [at] : []));
  let [low, high] = [0, returns.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const { verdict } = search(model, cutAfter(operations, events, returns[middle] ?? 0), new Budget(bound));
    if (verdict === 'unknown') return operations;
    if (verdict === 'illegal') high = middle;
    else low = middle + 1;
  }
  return cutAfter(operations, events, returns[high] ?? events.length);
}

function cutAfter<Input, Output>(
  operations: readonly Operation<Input, Output>[],
  events: readonly { readonly kind: 'call' | 'return'; readonly operation: number }[],
  last: number,
): Operation<Input, Output>[] {
  const kept: Operation<Input, Output>[] = [];
  const places = new Map<number, number>();
  for (const { kind, operation: at } of events.slice(0, last + 1)) {
    const operation = operations[at];
    if (operation === undefined) continue;
    if (kind === 'call') {
      places.set(at, kept.length);
      kept.push({ ...operation, output: undefined, returnedAtMs: undefined });
    } else kept[places.get(at) ?? 0] = operation;
  }
  return kept;
}

function lastReturned<Input, Output>(
  operations: readonly Operation<Input, Output>[],
): Operation<Input, Output> | undefined {
  const last = eventsOf(operations).findLast(({ kind }) => kind === 'return');
  return last === undefined ? undefined : operations[last.operation];
}

/** What may come next when these are placed: whatever was called before the first return of all others. */
function nextOf<Input, Output>(
  operations: readonly Operation<Input, Output>[],
  placed: ReadonlySet<number>,
): Operation<Input, Output>[] {
  const left = eventsOf(operations).filter(({ operation }) => !placed.has(operation));
  const firstReturn = left.findIndex(({ kind }) => kind === 'return');
  return left.slice(0, firstReturn).flatMap(({ operation }) => operations[operation] ?? []);
}
