import type { PeerId } from '../../../../../shared/ids.ts';
import type { Selection } from '../Selection.ts';

/** What can be asked of a picture. */
export type Question =
  | { readonly ask: 'noLeader' }
  | { readonly ask: 'whyThisLeader' }
  | { readonly ask: 'notElected'; readonly peer: PeerId }
  | { readonly ask: 'notCommitted'; readonly peer: PeerId; readonly index: number }
  | { readonly ask: 'cannotCommit'; readonly peer: PeerId }
  | { readonly ask: 'steppedDown'; readonly peer: PeerId }
  | { readonly ask: 'vanished'; readonly index: number; readonly term: number }
  | { readonly ask: 'refused'; readonly voter: PeerId; readonly candidate: PeerId }
  /** A frame, by its number in the relay's journal. */
  | { readonly ask: 'lost'; readonly seq: number }
  | { readonly ask: 'behind'; readonly peer: PeerId }
  | { readonly ask: 'timer'; readonly peer: PeerId };

export interface Explanation {
  /** One sentence, present tense. */
  readonly answer: string;
  /** The chain, from the symptom to the cause. */
  readonly reasons: readonly Reason[];
  /** What the relay was not told, a sentence each. */
  readonly unknown: readonly string[];
}

export interface Reason {
  /** Subject, verb, object, and the numbers: "p3 has matched up to 41, this entry is 42". */
  readonly text: string;
  readonly rule: Rule | null;
  /** What to click: it lights up. */
  readonly evidence: readonly Selection[];
  /** At most three levels deep. */
  readonly because: readonly Reason[];
}

export interface Rule {
  /** As the paper calls it: "Election restriction". */
  readonly name: string;
  /** The section of the paper, such as `5.4.1`, or of the thesis, `thesis 9.6`; null for what is none of Raft's rules. */
  readonly paper: string | null;
  /** One sentence. */
  readonly text: string;
}
