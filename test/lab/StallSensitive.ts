/**
 * A failure that a process which stood still can cause by itself: peers whose timers ran late lost a healthy leader.
 * Only such a one may be tried again, and only if a stall was measured.
 */
export class StallSensitive extends Error {
  /** A shorter stall does not explain this one; without it, what heartbeats leave counts. */
  readonly stallMsMin: number;

  constructor(message: string, stallMsMin = 0) {
    super(message);
    this.name = 'StallSensitive';
    this.stallMsMin = stallMsMin;
  }
}
