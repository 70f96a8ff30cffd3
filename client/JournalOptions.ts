import type { JournalKind } from '../shared/http/Journal.ts';

/** What of a journal is asked for. */
export interface JournalOptions {
  /** Only lines of a higher number. */
  readonly after?: number;
  /** Default: all of them. */
  readonly kinds?: readonly JournalKind[];
  /** So many lines at most, the oldest of them. */
  readonly limit?: number;
  /** Goes on with what happens from then on, until the signal ends it. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}
