import type { Storage, StoredState } from '../peer/ports/Storage.ts';
import type { HardState, StorageStep } from '../peer/raft/effect.ts';
import type { PeerId } from '../shared/ids.ts';
import type { Entry } from '../shared/messages/Entry.ts';
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
  readonly #voters: readonly PeerId[];
  #hardState: HardState;
  readonly #entries: Entry[];
  #writing: Write | undefined;

  constructor(clock: VirtualClock, random: Random, stored: StoredState) {
    this.#clock = clock;
    this.#random = random;
    this.#voters = stored.voters;
    this.#hardState = stored.hardState;
    this.#entries = [...stored.entries];
  }

  /** What a peer that is started now would find. */
  get stored(): StoredState {
    return { hardState: this.#hardState, entries: [...this.#entries], voters: this.#voters };
  }

  get hardState(): HardState {
    return this.#hardState;
  }

  /** The term of a durable entry; undefined when the log on disk is shorter. */
  termAt(index: number): number | undefined {
    return index === 0 ? 0 : this.#entries[index - 1]?.term;
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
    for (const step of steps) {
      switch (step.type) {
        case 'setHardState':
          this.#hardState = step.hardState;
          break;
        case 'truncate':
          this.#entries.length = Math.min(this.#entries.length, step.fromIndex - 1);
          break;
        case 'append':
          if (step.firstIndex !== this.#entries.length + 1) {
            throw new SimulationFailure(
              `entries from ${step.firstIndex} on leave a gap: the log on disk ends at ${this.#entries.length}`,
            );
          }
          this.#entries.push(...step.entries);
          break;
      }
    }
  }
}
