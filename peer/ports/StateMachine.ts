/** What a command may know of its place. The same on every replica. */
export interface ApplyContext {
  /** Of the log entry. */
  readonly index: number;
  readonly term: number;
  /** Replicated time, in milliseconds since the Unix epoch: leaders' clocks at proposal, made to never go back. */
  readonly timeMs: number;
}

/**
 * What is replicated. `Command`, `Result`, `Query`, `Answer` and the records of a snapshot are JSON values.
 *
 * `apply` must be deterministic: the same commands in the same order give the same state and results on every peer, so it may
 * not read a clock, draw a random number, or look at anything but its state, the command and the context.
 */
export interface StateMachine<Command, Result, Query, Answer> {
  /**
   * Changes the state by one committed command. The result is taken as JSON at once, so that it may be an object of the state;
   * `undefined` counts as null.
   * An error thrown here is a result like any other: it must be deterministic too, and must leave the state as it was.
   */
  apply(command: Command, context: ApplyContext): Result;
  /** Reads the state; must not change it. */
  query(query: Query): Answer;
  /**
   * The whole state, in records of moderate size. They are all drawn before the next command is applied, unless
   * `snapshotIsCopy` says that this is not needed.
   */
  snapshot(): Iterable<unknown>;
  /**
   * True: what `snapshot` gives is the state as of that very call, whatever is applied later, such as a copy, or a structure that
   * shares its unchanged parts. Then its records are drawn a few at a time while commands go on being applied, and a large state
   * holds nobody up. A generator is no such thing, for it begins to run when its first record is drawn.
   */
  readonly snapshotIsCopy?: boolean;
  /**
   * Replaces the state by that of a snapshot's records. An error stops the peer. Queries may come before it is done: they are to see
   * the former state, so build the new one beside it.
   */
  restore(records: AsyncIterable<unknown>): Promise<void>;
}
