import type { ErrorCode } from '../../shared/errors.ts';

/** What a child tells the `up` that started it, over their IPC channel. */
export type ChildReport =
  /** A relay listens, since then (milliseconds since the Unix epoch). */
  | { readonly type: 'listening'; readonly url: string; readonly timeMs: number }
  /** The child ends because of this; its exit follows. */
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly message: string };

/** Whether another process started this one and holds a channel to it. */
export function isSupervised(): boolean {
  return process.send !== undefined;
}

/** Does nothing when there is no supervisor, or no longer. */
export function tellSupervisor(report: ChildReport): void {
  // The callback takes the error of a channel that closed meanwhile, which would be thrown otherwise.
  if (process.connected) process.send?.(report, undefined, undefined, () => undefined);
}
