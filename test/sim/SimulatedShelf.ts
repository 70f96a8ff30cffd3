import type { Timer } from '../../endpoint/ports/Clock.ts';
import type { Random } from '../../shared/random.ts';
import { QUICK_DISK } from '../../sim/Disk.ts';
import type { VirtualClock } from '../../sim/VirtualClock.ts';
import type { SnapshotShelf } from '../lab/LabApplication.ts';

/** Snapshots in virtual time: they outlive their peer once they are written; a crash before that loses them. */
export class SimulatedShelf implements SnapshotShelf {
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #texts = new Map<number, string>();
  readonly #writing = new Set<Timer>();

  constructor(clock: VirtualClock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  write(index: number, text: string, done: () => void): void {
    const { writeMsMin, writeMsMax } = QUICK_DISK;
    const tookMs = writeMsMin + this.#random() * (writeMsMax - writeMsMin);
    const timer = this.#clock.setArrival(this.#clock.nowMs() + tookMs, () => {
      this.#writing.delete(timer);
      this.#texts.set(index, text);
      done();
    });
    this.#writing.add(timer);
  }

  read(index: number): string {
    const text = this.#texts.get(index);
    if (text === undefined) throw new Error(`there is no snapshot at ${index}`);
    return text;
  }

  forgetOlder(index: number): void {
    for (const known of this.#texts.keys()) if (known < index) this.#texts.delete(known);
  }

  crash(): void {
    for (const timer of this.#writing) timer.stop();
    this.#writing.clear();
  }
}
