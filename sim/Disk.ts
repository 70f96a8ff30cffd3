import type { Storage, StoredState } from '../peer/ports/Storage.ts';
import type { HardState, StorageStep } from '../peer/raft/effect.ts';
import type { Random } from '../shared/random.ts';
import { type DurableState, StoredImage } from './StoredImage.ts';
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
export class SimulatedDisk implements Storage, DurableState {
  readonly kind = 'disk';
  options: DiskOptions = QUICK_DISK;
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #image: StoredImage;
  #writing: Write | undefined;

  constructor(clock: VirtualClock, random: Random, stored: StoredState) {
    this.#clock = clock;
    this.#random = random;
    this.#image = new StoredImage(stored);
  }

  /** What a peer that is started now would find. */
  get stored(): StoredState {
    return this.#image.copy();
  }

  get hardState(): HardState {
    return this.#image.hardState;
  }

  get baseIndex(): number {
    return this.#image.baseIndex;
  }

  termAt(index: number): number | undefined {
    return this.#image.termAt(index);
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
    for (const step of steps) this.#image.take(step);
  }
}
