import type { ErrorCode } from '../../shared/errors.ts';
import type { ElectionSettings, ProcessAction, ProcessesView } from '../../shared/http/Processes.ts';
import type { PeerId } from '../../shared/ids.ts';

/** What a child tells the `up` that started it, over their IPC channel. */
export type ChildReport =
  /** A relay listens, since then (milliseconds since the Unix epoch). */
  | { readonly type: 'listening'; readonly url: string; readonly timeMs: number }
  /** A peer is connected to its relay, for the first time or again. */
  | { readonly type: 'connected' }
  /** The child ends because of this; its exit follows. */
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly message: string };

/** What a relay asks of the owner of its peers, over the same channel; `call` numbers it. */
export type OwnerCall =
  | { readonly type: 'act'; readonly call: number; readonly peer: PeerId; readonly action: ProcessAction }
  | { readonly type: 'restartWith'; readonly call: number; readonly settings: ElectionSettings };

/** What the owner of the peers tells its relay. */
export type OwnerNews =
  /** How all are; takes the place of what was told before. */
  | { readonly type: 'processes'; readonly view: ProcessesView }
  /** The call is done, or was refused; and how all are. */
  | { readonly type: 'answer'; readonly call: number; readonly view: ProcessesView; readonly error?: CallError };

/** What the supervisor tells a child that it held: its words, after which it runs. */
export interface SupervisorNews {
  readonly type: 'begin';
  readonly words: readonly string[];
}

export interface CallError {
  readonly code: ErrorCode;
  readonly message: string;
}

/** Whether another process started this one and holds a channel to it. */
export function isSupervised(): boolean {
  return process.send !== undefined;
}

/** @returns whether the supervisor has it; false when there is none, or no longer */
export function tellSupervisor(report: ChildReport | OwnerCall): Promise<boolean> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve(false);
    // Without a callback the error of a channel that closed meanwhile would be thrown.
    else process.send(report, undefined, undefined, (error) => resolve(error === null));
  });
}
