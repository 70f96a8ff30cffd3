import type { ReadonlySignal } from '@preact/signals';
import type { Tour } from '../../../../../client/scenario/Tour.ts';

/** The guided tours, and the one that is on; where it stands is `view.tour`. */
export interface Tours {
  /** Null before they came; a text says why they did not. */
  readonly list: ReadonlySignal<readonly Tour[] | string | null>;
  /** A tour was on when the page was left, or is on in another window: what it changed is still so. */
  readonly isLeftBehind: ReadonlySignal<boolean>;
  /** Fetches them, if they are not there, and looks whether a tour was left in its midst. */
  load(): Promise<void>;
  start(tour: Tour): void;
  next(): void;
  /** From its beginning. */
  again(): void;
  /** Goes on by itself, or no longer. */
  play(isPlaying: boolean): void;
  /** Puts everything back: all processes running, the network's faults and Raft's options as they were. */
  stop(): Promise<void>;
}
