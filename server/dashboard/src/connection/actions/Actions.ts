import type { ReadonlySignal } from '@preact/signals';
import type { ErrorAnswer } from '../../../../../shared/http/ErrorAnswer.ts';
import type { MembersAnswer } from '../../../../../shared/http/KeyValueAnswers.ts';
import type { NetworkView } from '../../../../../shared/http/Network.ts';
import type { ProcessesView } from '../../../../../shared/http/Processes.ts';
import type { KeyValueItem } from '../../../../../shared/keyValue.ts';
import type { Epochs } from '../../model/undo/Epochs.ts';

/** Something to do to a cluster: as a sentence, as an HTTP request, as words on the command line. */
export interface Action {
  /** "Cut p1 to p3". */
  readonly label: string;
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Below `/api/clusters/:cluster`. */
  readonly path: string;
  /** Undefined: none. */
  readonly body: unknown;
  /** What follows `whitewater`, as it is meant; empty when no command does it. */
  readonly words: readonly string[];
  readonly needs: 'admin' | 'readKeys' | 'writeKeys' | 'owner';
  /** What is to be asked for before it is done, since what undoes it depends on it. */
  readonly asks: readonly Asked[];
  /** What undoes it, from what was in force before and from the relay's answer; or why nothing does. */
  readonly inverse: (before: Before, answer: unknown) => Inverse;
  /** The key that it writes. */
  readonly key?: string;
  /** How long the relay may take. Default 10 s. */
  readonly waitMs?: number;
  /** A second request of the same deed, sent when this one is done. */
  readonly next?: Action;
  /** The first request by itself, where there is a second: what it did is undone alone when the second fails. */
  readonly first?: Action;
  /** What one should know who does it: "terms do not go back". */
  readonly note?: string;
}

export type Asked = 'network' | 'members' | 'processes' | 'key';

/** What cannot be undone says why. */
export type Inverse = Action | { readonly none: string };

/** What was in force before an action, as the relay answered and not as the picture shows it; what was not asked for is absent. */
export interface Before {
  readonly network?: NetworkView;
  readonly members?: MembersAnswer;
  readonly processes?: ProcessesView;
  /** Null when there was no such key. */
  readonly key?: KeyValueItem | null;
}

/** `unknown`: whether it took effect cannot be told. */
export type Outcome =
  | { readonly kind: 'done'; readonly answer: unknown }
  | { readonly kind: 'refused'; readonly error: ErrorAnswer }
  | { readonly kind: 'unknown'; readonly error: ErrorAnswer };

/** What was asked of the relay, and what came of it. */
export interface Deed {
  /** Counts from 1. */
  readonly number: number;
  readonly action: Action;
  /** On the page's clock: milliseconds since the Unix epoch. */
  readonly askedAtMs: number;
  /** Null while it is under way. */
  readonly outcome: Outcome | null;
  /** What undoes it, or why nothing does; null until it is done. */
  readonly inverse: Inverse | null;
  readonly isUndone: boolean;
  /** Of a deed that changed the faults; null of one that did not. */
  readonly epochs: Epochs | null;
}

/** The most deeds that are remembered. */
export const DEEDS_MAX = 100;

export interface RunOptions {
  /** One movement of a hand, from touch to release: what it does is one deed, undone at once. */
  readonly stroke?: number;
}

export interface Actions {
  /** Never rejects. */
  run(action: Action, options?: RunOptions): Promise<Outcome>;
  /** Reads something: it changes nothing and is no deed. Never rejects. */
  ask(action: Action): Promise<Outcome>;
  /** Shows the commands of an action before it is done; null, and whatever is done then, shows those of the newest deed. */
  preview(action: Action | null): void;
  readonly previewed: ReadonlySignal<Action | null>;
  /** What `undo` and `redo` would undo and do again now; null: nothing. */
  readonly undoable: ReadonlySignal<Deed | null>;
  readonly redoable: ReadonlySignal<Deed | null>;
  /**
   * Undoes the newest deed that can be undone.
   * @param how `allTheSame`: even if somebody changed the faults since
   */
  undo(how?: 'ifUnchanged' | 'allTheSame'): Promise<void>;
  redo(): Promise<void>;
  /** Why the newest undo or redo came to nothing; null when it did not. EPOCH_DIFFERS asks whether to undo all the same. */
  readonly undoTrouble: ReadonlySignal<ErrorAnswer | null>;
  /** The newest undo or redo, when nothing was done since. */
  readonly reversal: ReadonlySignal<Pick<Deed, 'action' | 'outcome'> | null>;
  /** Newest first, at most DEEDS_MAX. */
  readonly done: ReadonlySignal<readonly Deed[]>;
}

/** What an action asks of the relay, one after the other. */
export function requestsOf(action: Action): readonly Action[] {
  return action.next === undefined ? [action] : [action, ...requestsOf(action.next)];
}

/** Whether an inverse undoes something. */
export function isAction(inverse: Inverse | null): inverse is Action {
  return inverse !== null && !('none' in inverse);
}
