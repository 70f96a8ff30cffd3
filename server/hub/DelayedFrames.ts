import { FrameQueue, type FrameQueueLimits, type WaitingCopy } from '../faults/FrameQueue.ts';
import type { PlannedCopy } from '../faults/judge.ts';
import type { Link } from './Link.ts';
import type { MessageKind } from './messageKinds.ts';
import { timerMs } from './timerMs.ts';

/** What a frame's way needs to know of it, besides its bytes. */
export interface FrameFacts {
  readonly type: string;
  readonly from: string;
  readonly to: string;
  /** The sender's number. */
  readonly id: number;
  readonly kind: MessageKind | undefined;
  readonly bytes: number;
  /** The relay's number on the link. */
  readonly number: number;
  /** The faults by which it was judged. */
  readonly epoch: number;
  /** The number of its line in the journal, once it is written down. */
  seq: number;
}

export interface DelayedFrame {
  readonly facts: FrameFacts;
  readonly link: Link;
  /** Which copy of the frame it is, from 0. */
  readonly copyNumber: number;
  /** One character for each byte: a string takes half the memory of a small buffer, and none outside of the heap. */
  readonly text: string;
}

export interface DelayedFramesOptions extends FrameQueueLimits {
  /** Monotonic milliseconds, read anew at each call. */
  readonly clock: () => number;
  /** Takes what has come due, in order. `underWayMs` is since when it was on its way. */
  readonly onDue: (frame: DelayedFrame, waitedMs: number, nowMs: number, underWayMs: number) => void;
}

/** So many leave in one turn of the event loop; then others have theirs, and the sockets are written. */
const FRAMES_PER_TURN = 500;

/** The queue of a cluster's frames that wait, and the one timer that serves it. Nothing comes before its time. */
export class DelayedFrames {
  readonly queue: FrameQueue<DelayedFrame>;
  readonly #options: DelayedFramesOptions;
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = Infinity;
  #immediate: NodeJS.Immediate | undefined;

  constructor(options: DelayedFramesOptions) {
    this.#options = options;
    this.queue = new FrameQueue(options, ({ facts }) => facts);
  }

  /** @returns false, having taken nothing, when as much waits as may */
  add(bytes: Uint8Array, frame: Omit<DelayedFrame, 'text'>, copy: PlannedCopy, nowMs: number): boolean {
    if (!this.queue.admits(bytes.length, copy)) return false;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    this.queue.add(frame.link.faults, copy, { ...frame, text }, bytes.length, nowMs);
    if (copy.atMs !== undefined && copy.atMs < this.#timerAtMs) this.changed();
    return true;
  }

  /** To be called when the queue was changed from elsewhere. */
  changed(): void {
    const atMs = this.queue.nextAtMs ?? Infinity;
    if (atMs === this.#timerAtMs || this.#immediate !== undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerAtMs = atMs;
    if (atMs === Infinity) return;
    this.#timer = setTimeout(this.#deliverDue, timerMs(atMs, this.#options.clock()));
  }

  /**
   * Delivers what is due without waiting for the timer, whose grain is a millisecond: for whoever is awake anyway.
   * @param nowMs by the clock, or earlier
   */
  catchUp(nowMs: number): void {
    if (nowMs < this.#timerAtMs || this.#immediate !== undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#deliverDue();
  }

  /** Forgets everything. */
  stop(): WaitingCopy<DelayedFrame>[] {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#timerAtMs = Infinity;
    return this.queue.takeAll(this.#options.clock());
  }

  readonly #deliverDue = (): void => {
    this.#immediate = undefined;
    this.#timerAtMs = Infinity;
    const nowMs = this.#options.clock();
    for (let count = 0; count < FRAMES_PER_TURN; count += 1) {
      const due = this.queue.takeDue(nowMs);
      if (due === undefined) {
        this.changed();
        return;
      }
      this.#options.onDue(due.payload, nowMs - due.sinceMs, nowMs, due.underWayMs);
    }
    this.#immediate = setImmediate(this.#deliverDue);
  };
}
