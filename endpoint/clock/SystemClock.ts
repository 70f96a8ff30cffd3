import type { Clock, Timer } from '../ports/Clock.ts';

/** Beyond this a runtime's setTimeout fires at once. */
const TIMEOUT_MS_MAX = 2 ** 31 - 1;

/**
 * Runs a callback after input that has already arrived was read. Node's event loop runs timers first, then reads sockets,
 * then runs immediates; a browser's task queue is in order of arrival, so a task at its end does the same.
 */
const afterInput: (callback: () => void) => void =
  typeof setImmediate === 'function'
    ? (callback) => void setImmediate(callback)
    : (callback) => void setTimeout(callback, 0);

/** The machine's clock: monotonic, not moved by changes of the time of day. */
export class SystemClock implements Clock {
  nowMs(): number {
    return performance.now();
  }

  wallMs(): number {
    return performance.timeOrigin + performance.now();
  }

  soon(callback: () => void): void {
    queueMicrotask(callback);
  }

  setTimer(atMs: number, callback: () => void): Timer {
    let stopped = false;
    let timeout: ReturnType<typeof setTimeout> | undefined;
    const arm = (): void => {
      // setTimeout takes whole milliseconds and counts from a time that the event loop read earlier: for a fractional delay
      // it fires up to 1.6 ms too early. So the delay is rounded up, and the clock is asked again when it fires.
      const delayMs = Math.ceil(Math.max(0, atMs - performance.now()));
      timeout = setTimeout(fire, Math.min(delayMs, TIMEOUT_MS_MAX));
    };
    const fire = (): void => {
      if (performance.now() < atMs) arm();
      else afterInput(call);
    };
    const call = (): void => {
      if (stopped) return;
      stopped = true;
      callback();
    };
    arm();
    return {
      stop: () => {
        stopped = true;
        clearTimeout(timeout);
      },
    };
  }
}
