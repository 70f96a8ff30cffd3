import type { ReadonlySignal } from '@preact/signals';
import type { Tour } from '../../../../../client/scenario/Tour.ts';

/** The guided tours, and the one that is on; where it stands is `view.tour`. */
export interface Tours {
  /** Null before they came; a text says why they did not. */
  readonly list: ReadonlySignal<readonly Tour[] | string | null>;
  /** A tour was on when this page was left: what it changed is still so. */
  readonly isLeftBehind: ReadonlySignal<boolean>;
  /** Fetches them, if they are not there. */
  load(): Promise<void>;
  start(tour: Tour): void;
  next(): void;
  /** From its beginning. */
  again(): void;
  /** Goes on by itself, or no longer. */
  play(isPlaying: boolean): void;
  /** Puts everything back: the network without faults, all processes running, Raft's options as they were. */
  stop(): Promise<void>;
}
