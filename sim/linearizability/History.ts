/**
 * One operation as its client saw it. Times are of one clock for all clients, in milliseconds; of two events at the same time neither
 * is held to be first, so that a coarse clock never makes a history illegal.
 *
 * An operation that certainly did not happen does not belong in a history.
 */
export interface Operation<Input, Output> {
  readonly client: string;
  readonly input: Input;
  /**
   * What the client was told. Undefined without `returnedAtMs`: nobody knows whether it happened, and it may have at any time since the
   * call. Undefined with it: it certainly took effect by then, and nobody was told its answer.
   */
  readonly output: Output | undefined;
  readonly calledAtMs: number;
  readonly returnedAtMs: number | undefined;
}

/** The calls and returns of a history in order, calls before returns of the same time. */
export interface HistoryEvent {
  readonly kind: 'call' | 'return';
  readonly atMs: number;
  /** Of the operation, in the array that was given. */
  readonly operation: number;
}

/** @throws {RangeError} when an operation returned before it was called, or has an output without a return */
export function eventsOf(operations: readonly Operation<unknown, unknown>[]): HistoryEvent[] {
  const events: HistoryEvent[] = [];
  for (const [operation, { calledAtMs, returnedAtMs, output, client }] of operations.entries()) {
    if (output !== undefined && returnedAtMs === undefined) {
      throw new RangeError(`the operation of ${client} called at ${calledAtMs} ms has an output and no return`);
    }
    events.push({ kind: 'call', atMs: calledAtMs, operation });
    if (returnedAtMs === undefined) continue;
    if (!(returnedAtMs >= calledAtMs)) {
      throw new RangeError(`the operation of ${client} called at ${calledAtMs} ms returned at ${returnedAtMs} ms`);
    }
    events.push({ kind: 'return', atMs: returnedAtMs, operation });
  }
  return events.sort(byTime);
}

function byTime(one: HistoryEvent, other: HistoryEvent): number {
  if (one.atMs !== other.atMs) return one.atMs - other.atMs;
  if (one.kind !== other.kind) return one.kind === 'call' ? -1 : 1;
  return one.operation - other.operation;
}
