import type { Entry } from '../../shared/messages/Entry.ts';
import type { ReplicatedMachine } from '../machine/ReplicatedMachine.ts';
import type { Outcome } from '../machine/Sessions.ts';
import type { SnapshotStore } from '../ports/SnapshotStore.ts';
import { restoreSnapshot } from './restoreSnapshot.ts';

type Work =
  | { readonly type: 'entries'; readonly firstIndex: number; readonly entries: readonly Entry[] }
  | { readonly type: 'restore'; readonly index: number }
  | { readonly type: 'snapshot' };

export interface ApplierHandlers {
  /** What came of a command. Entries that are no command have none. */
  onOutcome(index: number, term: number, outcome: Outcome | undefined): void;
  /** The machine holds everything up to the index. Told after some entries, not after each. */
  onApplied(index: number): void;
  /** The machine's state is that of a snapshot. */
  onRestored(index: number): void;
  /** The machine's state at the index is stored, in so many bytes; index 0 when it could not be. */
  onSnapshotTaken(index: number, bytes: number, error?: Error): void;
  /** The machine cannot go on. */
  onFailed(error: Error): void;
}

/** So long the machine may work before others have their turn. */
const SLICE_MS = 8;

/**
 * Gives the state machine what is committed: one thing after the other, each index once, snapshots and commands through one
 * queue. Never within the call that handed it over, so that a machine may call whoever feeds it.
 */
export class Applier {
  readonly #machine: ReplicatedMachine;
  readonly #snapshots: SnapshotStore;
  readonly #handlers: ApplierHandlers;
  readonly #queue: Work[] = [];
  #appliedIndex: number;
  #isWorking = false;
  #isRestoring = false;
  #sliceBeganMs = 0;
  #isStopped = false;

  /** @param appliedIndex what the machine holds already */
  constructor(machine: ReplicatedMachine, snapshots: SnapshotStore, appliedIndex: number, handlers: ApplierHandlers) {
    this.#machine = machine;
    this.#snapshots = snapshots;
    this.#appliedIndex = appliedIndex;
    this.#handlers = handlers;
  }

  get appliedIndex(): number {
    return this.#appliedIndex;
  }

  /** Whether the machine may hold half of a state. */
  get isRestoring(): boolean {
    return this.#isRestoring;
  }

  apply(firstIndex: number, entries: readonly Entry[]): void {
    this.#push({ type: 'entries', firstIndex, entries });
  }

  /** Entries that were handed over before and are not applied yet are in the snapshot, so they are left out. */
  restore(index: number): void {
    const dropped = this.#queue.splice(0);
    this.#push({ type: 'restore', index });
    if (dropped.some(({ type }) => type === 'snapshot')) this.#tellSnapshot(0, 0);
  }

  takeSnapshot(): void {
    this.#push({ type: 'snapshot' });
  }

  stop(): void {
    this.#isStopped = true;
    this.#queue.length = 0;
  }

  #push(work: Work): void {
    this.#queue.push(work);
    if (this.#isWorking || this.#isStopped) return;
    this.#isWorking = true;
    void this.#work().catch((error: unknown) => {
      this.stop();
      this.#handlers.onFailed(error instanceof Error ? error : new Error(String(error)));
    });
  }

  async #work(): Promise<void> {
    await Promise.resolve();
    this.#sliceBeganMs = performance.now();
    try {
      for (let work = this.#queue.shift(); work !== undefined; work = this.#queue.shift()) {
        if (work.type === 'entries') await this.#applyAll(work.firstIndex, work.entries);
        else if (work.type === 'restore') await this.#restore(work.index);
        else this.#beginSnapshot();
        if (this.#isStopped) return;
      }
    } finally {
      this.#isWorking = false;
    }
  }

  async #applyAll(firstIndex: number, entries: readonly Entry[]): Promise<void> {
    for (const [at, entry] of entries.entries()) {
      const index = firstIndex + at;
      if (index <= this.#appliedIndex) continue;
      this.#applyOne(index, entry);
      if (performance.now() - this.#sliceBeganMs < SLICE_MS) continue;
      this.#handlers.onApplied(index);
      await nextTurn();
      this.#sliceBeganMs = performance.now();
      // It was stopped, or a snapshot came that holds the rest.
      if (this.#isStopped || this.#queue[0]?.type === 'restore') return;
    }
    this.#handlers.onApplied(this.#appliedIndex);
  }

  #applyOne(index: number, entry: Entry): void {
    if (index !== this.#appliedIndex + 1)
      throw new Error(`entry ${index} was to be applied after ${this.#appliedIndex}`);
    const outcome = entry.type === 'command' ? this.#machine.apply(entry.command, index, entry.term) : undefined;
    this.#appliedIndex = index;
    this.#handlers.onOutcome(index, entry.term, outcome);
  }

  async #restore(index: number): Promise<void> {
    if (index <= this.#appliedIndex) return;
    this.#isRestoring = true;
    await restoreSnapshot(this.#machine, this.#snapshots, index);
    this.#isRestoring = false;
    this.#appliedIndex = index;
    if (!this.#isStopped) this.#handlers.onRestored(index);
  }

  /** The state is that of this moment; it is written while commands go on being applied, and they do not show in it. */
  #beginSnapshot(): void {
    const index = this.#appliedIndex;
    // So that the core knows of it before it hears of the snapshot.
    this.#handlers.onApplied(index);
    this.#snapshots.write(index, this.#machine.snapshot()).then(
      (bytes) => this.#tellSnapshot(index, bytes),
      (error: unknown) => this.#tellSnapshot(0, 0, error instanceof Error ? error : new Error(String(error))),
    );
  }

  #tellSnapshot(index: number, bytes: number, error?: Error): void {
    if (!this.#isStopped) this.#handlers.onSnapshotTaken(index, bytes, error);
  }
}

/** Sockets and timers have their turn. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, 0));
}
