import type { DropCause } from '../../shared/http/Traffic.ts';
import type { WaitingCopy } from '../faults/FrameQueue.ts';
import type { DelayedFrame } from './DelayedFrames.ts';

/** So many are counted and written down in one turn of the event loop; then others have theirs. */
const FRAMES_PER_TURN = 2000;

interface Loss {
  readonly copies: readonly WaitingCopy<DelayedFrame>[];
  readonly cause: DropCause;
  readonly atMs: number;
  done: number;
}

/** Frames that waited and come no more: they are out of the queue, and are counted and written down a slice at a time. */
export class LostFrames {
  readonly #lose: (frame: DelayedFrame, cause: DropCause, waitedMs: number) => void;
  readonly #losses: Loss[] = [];
  #immediate: NodeJS.Immediate | undefined;

  constructor(lose: (frame: DelayedFrame, cause: DropCause, waitedMs: number) => void) {
    this.#lose = lose;
  }

  /** The first slice at once, so that a small loss is told before the change that it comes of. */
  add(copies: readonly WaitingCopy<DelayedFrame>[], cause: DropCause, atMs: number): void {
    if (copies.length === 0) return;
    this.#losses.push({ copies, cause, atMs, done: 0 });
    if (this.#immediate === undefined) this.#tellSlice();
  }

  /** What was not told yet is not told any more. */
  stop(): void {
    clearImmediate(this.#immediate);
    this.#losses.length = 0;
  }

  readonly #tellSlice = (): void => {
    this.#immediate = undefined;
    let left = FRAMES_PER_TURN;
    for (let loss = this.#losses[0]; loss !== undefined && left > 0; loss = this.#losses[0]) {
      const { copies, cause, atMs } = loss;
      const end = Math.min(copies.length, loss.done + left);
      left -= end - loss.done;
      for (const { payload, sinceMs } of copies.slice(loss.done, end)) this.#lose(payload, cause, atMs - sinceMs);
      loss.done = end;
      if (end === copies.length) this.#losses.shift();
    }
    if (this.#losses.length > 0) this.#immediate = setImmediate(this.#tellSlice);
  };
}
