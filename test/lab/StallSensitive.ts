/**
 * A failure that a process which stood still can cause by itself: peers whose timers ran late lost a healthy leader.
 * Only such a one may be tried again, and only if a stall was measured.
 */
export class StallSensitive extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StallSensitive';
  }
}
