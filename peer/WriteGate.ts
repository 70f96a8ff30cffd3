import type { Storage } from './ports/Storage.ts';
import type { StorageStep } from './raft/effect.ts';

/** Steps gathered while a write is under way. Beyond this the driver drops arriving messages, as a network may do. */
const GATHERED_STEPS_MAX = 1024;
/**
 * What may wait for writes and be lost: messages, which Raft repeats, and events, of which `status` tells the rest. What must not
 * be lost comes from messages, and none is taken any more once half as much waits.
 */
const HELD_MAX = 4096;

export interface WriteGateHandlers {
  /** A write with everything that was issued so far begins. */
  onWrite(sequence: number, steps: number): void;
  /** Everything up to the sequence is durable; `release` lets out what waited for it. */
  onDurable(sequence: number): void;
  /** Nothing is written any more. */
  onFailed(cause: unknown): void;
}

/**
 * Durable before visible: gathers what is to be written, writes one batch at a time, and holds back what must not be seen
 * before its batch is in the store.
 */
export class WriteGate {
  readonly #storage: Storage;
  readonly #handlers: WriteGateHandlers;
  /** The newest sequence that was issued, that is being written, and that is durable. */
  #issued = 0;
  #writing: number | undefined;
  #durable = 0;
  #gathered: StorageStep[] = [];
  #held: { readonly after: number; readonly letOut: () => void }[] = [];
  #isStopped = false;

  constructor(storage: Storage, handlers: WriteGateHandlers) {
    this.#storage = storage;
    this.#handlers = handlers;
  }

  get issued(): number {
    return this.#issued;
  }

  /** Whether the core's state is in the store, all of it. */
  get isSettled(): boolean {
    return this.#issued === this.#durable;
  }

  /** Whether so much waits for the store that no more should be asked of it. */
  get isFull(): boolean {
    return this.#gathered.length >= GATHERED_STEPS_MAX || this.#held.length >= HELD_MAX / 2;
  }

  /** To be written with the next `write`. */
  issue(sequence: number, steps: readonly StorageStep[]): void {
    this.#gathered.push(...steps);
    this.#issued = sequence;
  }

  /**
   * Does something once everything up to a sequence is durable: now, if it is.
   * @param mayBeLost false for what has to be done whatever else waits
   * @returns false when too much waits already; then it will not be done
   */
  after(sequence: number, letOut: () => void, mayBeLost = true): boolean {
    if (sequence <= this.#durable) letOut();
    else if (this.#held.length < HELD_MAX || !mayBeLost) this.#held.push({ after: sequence, letOut });
    else return false;
    return true;
  }

  /** Begins a write, unless one is under way: what is issued meanwhile goes into the next one (group commit). */
  write(): void {
    if (this.#isStopped || this.#writing !== undefined || this.#gathered.length === 0) return;
    const steps = withoutOverwritten(this.#gathered);
    this.#gathered = [];
    this.#writing = this.#issued;
    this.#handlers.onWrite(this.#issued, steps.length);
    try {
      this.#storage.write(steps, (error) => this.#written(error));
    } catch (error) {
      this.#handlers.onFailed(error);
    }
  }

  /** Lets out what is durable, in the order in which it came. */
  release(): void {
    const held = this.#held;
    this.#held = held.filter(({ after }) => after > this.#durable);
    for (const { after, letOut } of held) {
      // Somebody who is told something may stop the peer.
      if (this.#isStopped) return;
      if (after <= this.#durable) letOut();
    }
  }

  /** Nothing is written or let out any more. The write under way may still come to its end in the store. */
  stop(): void {
    this.#isStopped = true;
    this.#held = [];
    this.#gathered = [];
  }

  #written(error: Error | undefined): void {
    const sequence = this.#writing;
    if (this.#isStopped || sequence === undefined) return;
    if (error !== undefined) {
      this.#handlers.onFailed(error);
      return;
    }
    this.#writing = undefined;
    this.#durable = sequence;
    this.#handlers.onDurable(sequence);
  }
}

/** All steps of one write take effect together, so of several hard states only the last one matters. */
function withoutOverwritten(steps: readonly StorageStep[]): readonly StorageStep[] {
  const last = steps.findLast(({ type }) => type === 'setHardState');
  return steps.filter((step) => step.type !== 'setHardState' || step === last);
}
