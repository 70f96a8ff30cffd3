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

/** @returns whether the supervisor has it; false when there is none, or no longer */
export function tellSupervisor(report: ChildReport): Promise<boolean> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve(false);
    // Without a callback the error of a channel that closed meanwhile would be thrown.
    else process.send(report, undefined, undefined, (error) => resolve(error === null));
  });
}
