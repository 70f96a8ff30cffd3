import type { Signal } from '@preact/signals';
import { type Mark, type Marks, MARKS_MAX } from './Marks.ts';

/** The newest MARKS_MAX marks, by when they were added or ended; what lasts is not pushed out by what came since. */
export class KeptMarks implements Marks {
  readonly version: Signal<number>;
  /** A ring: `#next` is where the next one goes, over the oldest when it is full. */
  readonly #marks: Mark[] = [];
  #next = 0;
  /** Stretches without an end as yet. */
  readonly #lasting = new Set<Mark>();

  /** @param version starts at any number */
  constructor(version: Signal<number>) {
    this.version = version;
  }

  add(mark: Mark): (untilMs: number) => void {
    if (mark.untilMs === Infinity) this.#last(mark);
    else this.#keep(mark);
    return (untilMs) => {
      // Only a stretch that still lasts, and still is there, can end.
      if (this.#lasting.delete(mark)) this.#keep({ ...mark, untilMs: Math.max(mark.atMs, untilMs) });
    };
  }

  in(fromMs: number, untilMs: number): readonly Mark[] {
    const touches = (mark: Mark): boolean => mark.atMs <= untilMs && (mark.untilMs ?? mark.atMs) >= fromMs;
    return [...this.#marks.filter(touches), ...[...this.#lasting].filter(touches)].sort((a, b) => a.atMs - b.atMs);
  }

  forget(): void {
    this.#marks.length = 0;
    this.#next = 0;
    this.#lasting.clear();
    this.version.value += 1;
  }

  #last(mark: Mark): void {
    this.#lasting.add(mark);
    const [oldest] = this.#lasting;
    if (this.#lasting.size > MARKS_MAX && oldest !== undefined) this.#lasting.delete(oldest);
    this.version.value += 1;
  }

  #keep(mark: Mark): void {
    this.#marks[this.#next] = mark;
    this.#next = (this.#next + 1) % MARKS_MAX;
    this.version.value += 1;
  }
}
