import type { Clock } from '../../endpoint/ports/Clock.ts';
import type { Entry } from '../../shared/messages/Entry.ts';
import type { ReplicatedMachine } from '../machine/ReplicatedMachine.ts';
import type { Outcome } from '../machine/Sessions.ts';
import type { SnapshotStore } from '../ports/SnapshotStore.ts';
import { restoreSnapshot } from './restoreSnapshot.ts';

interface Entries {
  readonly type: 'entries';
  readonly firstIndex: number;
  readonly entries: readonly Entry[];
}

type Work = Entries | { readonly type: 'restore'; readonly index: number } | { readonly type: 'snapshot' };

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
  readonly #clock: Clock;
  readonly #handlers: ApplierHandlers;
  readonly #queue: Work[] = [];
  #appliedIndex: number;
  #isWorking = false;
  #isRestoring = false;
  #sliceBeganMs = 0;
  #isStopped = false;

  /** @param appliedIndex what the machine holds already */
  constructor(
    machine: ReplicatedMachine,
    snapshots: SnapshotStore,
    clock: Clock,
    appliedIndex: number,
    handlers: ApplierHandlers,
  ) {
    this.#clock = clock;
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
    this.#clock.soon(() => this.#beginSlice());
  }

  #beginSlice(): void {
    this.#sliceBeganMs = this.#clock.nowMs();
    this.#work();
  }

  #work(): void {
    try {
      for (let work = this.#queue.shift(); work !== undefined; work = this.#queue.shift()) {
        if (work.type === 'snapshot') this.#beginSnapshot();
        // These go on by themselves when their time has come.
        else if (work.type === 'restore') return this.#restore(work.index);
        else if (!this.#applyAll(work)) return;
      }
      this.#isWorking = false;
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.stop();
    this.#handlers.onFailed(error instanceof Error ? error : new Error(String(error)));
  }

  /** @returns false when others have their turn first */
  #applyAll({ firstIndex, entries }: Entries): boolean {
    for (const [at, entry] of entries.entries()) {
      const index = firstIndex + at;
      if (index <= this.#appliedIndex) continue;
      this.#applyOne(index, entry);
      if (this.#isStopped) return true;
      if (this.#clock.nowMs() - this.#sliceBeganMs < SLICE_MS) continue;
      this.#queue.unshift({ type: 'entries', firstIndex: index + 1, entries: entries.slice(at + 1) });
      this.#handlers.onApplied(index);
      this.#clock.setTimer(this.#clock.nowMs(), () => this.#beginSlice());
      return false;
    }
    this.#handlers.onApplied(this.#appliedIndex);
    return true;
  }

  #applyOne(index: number, entry: Entry): void {
    if (index !== this.#appliedIndex + 1)
      throw new Error(`entry ${index} was to be applied after ${this.#appliedIndex}`);
    const outcome = entry.type === 'command' ? this.#machine.apply(entry.command, index, entry.term) : undefined;
    this.#appliedIndex = index;
    this.#handlers.onOutcome(index, entry.term, outcome);
  }

  #restore(index: number): void {
    if (index <= this.#appliedIndex) return this.#work();
    this.#isRestoring = true;
    restoreSnapshot(this.#machine, this.#snapshots, index).then(
      () => this.#restored(index),
      (error: unknown) => this.#fail(error),
    );
  }

  #restored(index: number): void {
    this.#isRestoring = false;
    this.#appliedIndex = index;
    if (this.#isStopped) return;
    this.#handlers.onRestored(index);
    this.#beginSlice();
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
