/** As long as the longest wait of a test after which it looks at terms and leaders, and the election that a stall may have caused before. */
const REACH_MS = 5_000;

/**
 * A failure that a process which stood still can cause by itself: peers whose timers ran late lost a healthy leader.
 * Only such a one may be tried again, and only if a stall was measured in the time before it that it tells of.
 */
export class StallSensitive extends Error {
  /** A shorter stall does not explain this one; without it, what heartbeats leave counts. */
  readonly stallMsMin: number;
  /** When it was found out, by `performance.now()`, and how long before that a stall may have been over to be its cause. */
  readonly atMs = performance.now();
  readonly reachMs: number;

  constructor(message: string, stallMsMin = 0, reachMs = REACH_MS) {
    super(message);
    this.name = 'StallSensitive';
    this.stallMsMin = stallMsMin;
    this.reachMs = reachMs;
  }
}
