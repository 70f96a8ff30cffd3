import type { AnyMachine } from '../peer/machine/ReplicatedMachine.ts';
import type { ApplyContext } from '../peer/ports/StateMachine.ts';
import type { Random } from '../shared/random.ts';
import { SimulationFailure } from './SimulationFailure.ts';

/** What a state machine's work takes in virtual time: uniformly from [0, max) for each. */
export interface WorkOptions {
  readonly applyMsMax: number;
  readonly queryMsMax: number;
  /** For each record of a snapshot, written or restored. */
  readonly recordMsMax: number;
}

export interface WorkPlace {
  readonly random: Random;
  /** The process that it runs in works for so long. */
  work(forMs: number): void;
  /** Something that must not happen did, where to throw it would be an answer like any other. */
  fail(error: Error): void;
}

/** A state machine whose work takes time, and which sees to it that nobody gives it anything in the midst of a restore. */
export class WorkingMachine implements AnyMachine {
  readonly snapshotIsCopy: boolean;
  readonly #machine: AnyMachine;
  readonly #options: WorkOptions;
  readonly #place: WorkPlace;
  #isRestoring = false;

  constructor(machine: AnyMachine, options: WorkOptions, place: WorkPlace) {
    this.#machine = machine;
    this.#options = options;
    this.#place = place;
    this.snapshotIsCopy = machine.snapshotIsCopy === true;
  }

  apply(command: unknown, context: ApplyContext): unknown {
    if (this.#isRestoring)
      this.#place.fail(new SimulationFailure(`entry ${context.index} is applied within a restore`));
    this.#work(this.#options.applyMsMax);
    return this.#machine.apply(command, context);
  }

  query(query: unknown): unknown {
    this.#work(this.#options.queryMsMax);
    return this.#machine.query(query);
  }

  snapshot(): Iterable<unknown> {
    return this.#drawn(this.#machine.snapshot());
  }

  async restore(records: AsyncIterable<unknown>): Promise<void> {
    if (this.#isRestoring) this.#place.fail(new SimulationFailure('a restore begins within another'));
    this.#isRestoring = true;
    try {
      await this.#machine.restore(this.#worked(records));
    } finally {
      this.#isRestoring = false;
    }
  }

  *#drawn(records: Iterable<unknown>): Generator {
    for (const record of records) {
      this.#work(this.#options.recordMsMax);
      yield record;
    }
  }

  async *#worked(records: AsyncIterable<unknown>): AsyncGenerator {
    for await (const record of records) {
      this.#work(this.#options.recordMsMax);
      yield record;
    }
  }

  #work(msMax: number): void {
    if (msMax > 0) this.#place.work(this.#place.random() * msMax);
  }
}
