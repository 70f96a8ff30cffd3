import type { ReadonlySignal } from '@preact/signals';
import type { ErrorAnswer } from '../../../../../shared/http/ErrorAnswer.ts';
import type { NetworkView } from '../../../../../shared/http/Network.ts';
import type { KeyValueItem } from '../../../../../shared/keyValue.ts';
import type { Picture } from '../../model/Picture.ts';

/** Something to do to a cluster: as a sentence, as an HTTP request, as words on the command line. */
export interface Action {
  /** "Cut p1 to p3". */
  readonly label: string;
  readonly method: 'PUT' | 'POST' | 'DELETE';
  /** Below `/api/clusters/:cluster`. */
  readonly path: string;
  /** Undefined: none. */
  readonly body: unknown;
  /** What follows `whitewater`; empty when no command does it. */
  readonly words: readonly string[];
  readonly needs: 'admin' | 'writeKeys' | 'owner';
  /** What undoes it, from what was in force before; or why nothing does. */
  readonly inverse: (before: Before) => Action | { readonly none: string };
}

/** What was in force before an action, as the relay answered and not as the picture shows it. */
export interface Before {
  readonly network: NetworkView;
  readonly picture: Picture;
  /** Of an action that writes a key: as it was; null when there was none. */
  readonly key: KeyValueItem | null;
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
  readonly inverse: Action | { readonly none: string } | null;
  readonly isUndone: boolean;
}

/** The most deeds that are remembered. */
export const DEEDS_MAX = 100;

export interface Actions {
  /** Never rejects. */
  run(action: Action): Promise<Outcome>;
  /** Shows the commands of an action before it is done; null shows those of the newest deed. */
  preview(action: Action | null): void;
  readonly previewed: ReadonlySignal<Action | null>;
  /** Undoes the newest deed that can be undone. */
  undo(): Promise<void>;
  redo(): Promise<void>;
  /** Newest first, at most DEEDS_MAX. */
  readonly done: ReadonlySignal<readonly Deed[]>;
}
