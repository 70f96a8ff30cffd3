/** A timer that can be stopped. Stopping twice, or after it fired, does nothing. */
export interface Timer {
  stop(): void;
}

/** Time, as the driver and the transport need it. */
export interface Clock {
  /** Monotonic milliseconds, with a fraction, from an arbitrary origin. Never goes back. */
  nowMs(): number;
  /** Milliseconds since the Unix epoch, with a fraction; for traces only. */
  wallMs(): number;
  /**
   * Calls back once, when `nowMs() >= atMs`, never before. Input that had arrived by then is delivered first
   * (a late timer must not beat the unread heartbeat that would have reset it), so never within this call either.
   */
  setTimer(atMs: number, callback: () => void): Timer;
  /** Calls back when what happens now has come to its end, before anything else happens; never within this call. */
  soon(callback: () => void): void;
}
