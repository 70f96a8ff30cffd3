import type { Storage, StoredState } from '../peer/ports/Storage.ts';
import type { HardState, StorageStep } from '../peer/raft/effect.ts';
import type { Random } from '../shared/random.ts';
import { SimulationFailure } from './SimulationFailure.ts';
import type { VirtualClock } from './VirtualClock.ts';

/** How long a write takes: uniformly from [min, max). */
export interface DiskOptions {
  readonly writeMsMin: number;
  readonly writeMsMax: number;
}

export const QUICK_DISK: DiskOptions = { writeMsMin: 0.2, writeMsMax: 2 };

interface Write {
  readonly steps: readonly StorageStep[];
  /** Forgets to tell that it is done, as a crash does. */
  readonly cancel: () => void;
}

/**
 * A disk that outlives its peer. A write is all or nothing and durable when it is done; a crash before that finds it, by
 * chance, either done or lost, and its writer never knows which.
 */
export class SimulatedDisk implements Storage {
  readonly kind = 'disk';
  options: DiskOptions = QUICK_DISK;
  readonly #clock: VirtualClock;
  readonly #random: Random;
  #stored: StoredState;
  #writing: Write | undefined;

  constructor(clock: VirtualClock, random: Random, stored: StoredState) {
    this.#clock = clock;
    this.#random = random;
    this.#stored = stored;
  }

  /** What a peer that is started now would find. */
  get stored(): StoredState {
    return this.#stored;
  }

  get hardState(): HardState {
    return this.#stored.hardState;
  }

  /** The term of a durable entry, or of the one that the log begins behind; undefined when the log on disk is shorter. */
  termAt(index: number): number | undefined {
    const { base, entries } = this.#stored;
    return index === base.index ? base.term : entries[index - base.index - 1]?.term;
  }

  write(steps: readonly StorageStep[], done: (error?: Error) => void): void {
    if (this.#writing !== undefined) throw new SimulationFailure('a write was begun before the last one was done');
    const { writeMsMin, writeMsMax } = this.options;
    const tookMs = writeMsMin + this.#random() * (writeMsMax - writeMsMin);
    const timer = this.#clock.setArrival(this.#clock.nowMs() + tookMs, () => {
      this.#writing = undefined;
      this.#apply(steps);
      done();
    });
    this.#writing = { steps, cancel: () => timer.stop() };
  }

  /** The power fails: a write under way is done or lost. */
  crash(): void {
    const writing = this.#writing;
    if (writing === undefined) return;
    this.#writing = undefined;
    writing.cancel();
    if (this.#random() < 0.5) this.#apply(writing.steps);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #apply(steps: readonly StorageStep[]): void {
    this.#stored = steps.reduce(afterStep, this.#stored);
  }
}

/** What a store holds after one step more. */
export function afterStep(stored: StoredState, step: StorageStep): StoredState {
  const { base, entries } = stored;
  const lastIndex = base.index + entries.length;
  switch (step.type) {
    case 'setHardState':
      return { ...stored, hardState: step.hardState };
    case 'truncate':
      return { ...stored, entries: entries.slice(0, Math.max(0, step.fromIndex - base.index - 1)) };
    case 'append':
      if (step.firstIndex !== lastIndex + 1) {
        throw new SimulationFailure(
          `entries from ${step.firstIndex} on leave a gap: the log on disk ends at ${lastIndex}`,
        );
      }
      return { ...stored, entries: [...entries, ...step.entries] };
    case 'useSnapshot': {
      const { snapshot, baseIndex, baseTerm, replacesLog } = step;
      const kept = replacesLog ? [] : entries.slice(baseIndex - base.index);
      return { ...stored, snapshot, base: { index: baseIndex, term: baseTerm }, entries: kept };
    }
  }
}
