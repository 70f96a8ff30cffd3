import type { Signal } from '@preact/signals';
import { type Mark, type Marks, MARKS_MAX } from './Marks.ts';

/** The newest MARKS_MAX marks, by when they were added. */
export class KeptMarks implements Marks {
  readonly version: Signal<number>;
  /** A ring: `#next` is where the next one goes, over the oldest when it is full. */
  readonly #marks: Mark[] = [];
  #next = 0;

  /** @param version starts at any number */
  constructor(version: Signal<number>) {
    this.version = version;
  }

  add(mark: Mark): (untilMs: number) => void {
    const place = this.#next;
    this.#marks[place] = mark;
    this.#next = (place + 1) % MARKS_MAX;
    this.version.value += 1;
    let current = mark;
    return (untilMs) => {
      // Only a stretch that still lasts, and still is there, can end.
      if (current.untilMs !== Infinity || this.#marks[place] !== current) return;
      current = { ...current, untilMs: Math.max(current.atMs, untilMs) };
      this.#marks[place] = current;
      this.version.value += 1;
    };
  }

  in(fromMs: number, untilMs: number): readonly Mark[] {
    return this.#marks
      .filter((mark) => mark.atMs <= untilMs && (mark.untilMs ?? mark.atMs) >= fromMs)
      .sort((a, b) => a.atMs - b.atMs);
  }
}
