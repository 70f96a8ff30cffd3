import type { Operation } from './History.ts';

/** A part of a history that can be judged by itself, such as all operations on one key. */
export interface Part<Input, Output> {
  readonly name: string;
  readonly operations: readonly Operation<Input, Output>[];
}

/** An object that is, or has, a text to whose end operations add, unless they put another one in its place. */
export interface GrowingText<State, Input, Output> {
  /** The empty text where there is none. */
  readonly textOf: (state: State) => string;
  /** The whole text, as somebody was told who asked for it; undefined when nobody was. */
  readonly seen: (input: Input, output: Output) => string | undefined;
  /** The text after an operation that may replace it; undefined of one that adds to its end, or leaves it as it is. */
  readonly replacement: (input: Input, output: Output | undefined) => string | undefined;
}

/** What an object does when its operations come one after another. States are never changed in place. */
export interface Model<State extends object | string | number, Input, Output> {
  readonly init: () => State;
  /**
   * The state after the operation; undefined when the operation cannot have had that output in that state.
   *
   * Without an output, as nobody was told: the state after the operation took effect; undefined when it can have none. Whether it took
   * effect is not the model's matter: an operation without an output may be left out altogether.
   */
  readonly step: (state: State, input: Input, output: Output | undefined) => State | undefined;
  /** The same for two states exactly when no operation can tell them apart. */
  readonly stateKey: (state: State) => string | number;
  /** The parts that are independent of each other. What has neither effect nor output may be left out. */
  readonly partition: (operations: readonly Operation<Input, Output>[]) => readonly Part<Input, Output>[];
  /** With it a search can tell early that a state leads nowhere. */
  readonly growingText?: GrowingText<State, Input, Output>;
  /** For people, such as `put x=1` and `-> revision 7`. */
  readonly describeInput: (input: Input) => string;
  readonly describeOutput: (output: Output) => string;
  readonly describeState: (state: State) => string;
}
