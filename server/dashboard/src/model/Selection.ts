import type { PeerId } from '../../../../shared/ids.ts';
import type { Question } from './why/Explanation.ts';

/** What somebody points at: it lights up in the ring, in the log and in the lanes. */
export type Selection =
  | { readonly kind: 'peer'; readonly id: PeerId }
  | { readonly kind: 'link'; readonly from: PeerId; readonly to: PeerId }
  /** By the number that the relay's journal gave it. */
  | { readonly kind: 'frame'; readonly seq: number }
  | { readonly kind: 'entry'; readonly peer: PeerId; readonly index: number }
  /** At a time of the relay's clock. */
  | { readonly kind: 'event'; readonly atMs: number; readonly text: string; readonly peer: PeerId | null }
  | { readonly kind: 'question'; readonly question: Question };
