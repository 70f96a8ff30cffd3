import type { ReadonlySignal } from '@preact/signals';
import type { PeerId } from '../../../../../shared/ids.ts';

/** The most marks that are kept; the oldest go first. Stretches that last are kept besides, at most as many. */
export const MARKS_MAX = 20_000;

/** Something on the scale of time: a moment, or a stretch of it. Times are of the relay's clock, in milliseconds. */
export interface Mark {
  readonly atMs: number;
  /** The end of a stretch; null for a moment. `Infinity` while it lasts. */
  readonly untilMs: number | null;
  readonly lane: 'peer' | 'faults' | 'clients' | 'checks';
  /** Whose, in the lanes of peers and clients. */
  readonly peer: PeerId | null;
  /** What of, in one word: it chooses the sign. */
  readonly kind: string;
  /** Of a stretch of a peer: its term then, which colours it. */
  readonly term?: number | null;
  /** One sentence. */
  readonly text: string;
  readonly tone: 'plain' | 'good' | 'bad';
  /** Somebody asked it by the console of a page: the feed does not tell it. */
  readonly isAsked?: boolean;
}

export interface Marks {
  /** Grows with each mark that comes or changes: what draws them reads it. */
  readonly version: ReadonlySignal<number>;
  /** @returns ends a stretch that was added with `untilMs: Infinity`; does nothing else */
  add(mark: Mark): (untilMs: number) => void;
  /** Those that touch a time, oldest first. */
  in(fromMs: number, untilMs: number): readonly Mark[];
  /** All of them, stretches that last too. */
  forget(): void;
}
