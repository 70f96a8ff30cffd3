import type { AnyMachine } from '../peer/machine/ReplicatedMachine.ts';
import type { ApplyContext } from '../peer/ports/StateMachine.ts';
import type { Execution } from './Executions.ts';

export type ExecutionListener = (execution: Omit<Execution, 'peer'>) => void;

/** A machine of one life, and what it is given to apply. */
export class WatchedMachine implements AnyMachine {
  readonly snapshotIsCopy: boolean;
  readonly #machine: AnyMachine;
  readonly #onExecuted: ExecutionListener;
  #previousIndex: number | undefined = 0;

  /** @param onExecuted must not throw: what `apply` throws is an answer to a client */
  constructor(machine: AnyMachine, onExecuted: ExecutionListener) {
    this.snapshotIsCopy = machine.snapshotIsCopy === true;
    this.#machine = machine;
    this.#onExecuted = onExecuted;
  }

  apply(command: unknown, context: ApplyContext): unknown {
    const { index } = context;
    this.#onExecuted({ index, command, previousIndex: this.#previousIndex });
    this.#previousIndex = index;
    return this.#machine.apply(command, context);
  }

  query(query: unknown): unknown {
    return this.#machine.query(query);
  }

  snapshot(): Iterable<unknown> {
    return this.#machine.snapshot();
  }

  async restore(records: AsyncIterable<unknown>): Promise<void> {
    this.#previousIndex = undefined;
    await this.#machine.restore(records);
  }
}
