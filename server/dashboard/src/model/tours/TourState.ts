import type { Selection } from '../Selection.ts';

/** Where a guided tour stands: what its card says. */
export interface TourState {
  /** Its title. */
  readonly tour: string;
  /** From 1. */
  readonly step: number;
  readonly of: number;
  readonly text: string;
  /** What the step waits for, in words; null when one may go on. */
  readonly waits: string | null;
  /** What the text speaks of. */
  readonly look: Selection | null;
}
