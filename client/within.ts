import type { Clock } from '../endpoint/ports/Clock.ts';
import type { WhitewaterError } from '../shared/errors.ts';

export interface Limits {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** What the wait ends with after `timeoutMs`. */
  readonly late: (timeoutMs: number) => WhitewaterError;
}

/** Begins to wait. @returns how the wait is called off */
export type Begin<Value> = (resolve: (value: Value) => void, reject: (error: unknown) => void) => () => void;

/** Waits for what others wait for too, no longer than its own patience. */
export function within<Value>(begin: Begin<Value>, { clock, timeoutMs, signal, late }: Limits): Promise<Value> {
  if (signal?.aborted === true) return Promise.reject(reasonOf(signal));
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      end();
      reject(reasonOf(signal));
    };
    const timer = clock.setTimer(clock.nowMs() + timeoutMs, () => {
      end();
      reject(late(timeoutMs));
    });
    signal?.addEventListener('abort', onAbort, { once: true });
    let callOff = (): void => undefined;
    const end = (): void => {
      timer.stop();
      signal?.removeEventListener('abort', onAbort);
      callOff();
    };
    callOff = begin(
      (value) => {
        end();
        resolve(value);
      },
      (error) => {
        end();
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
}

export function reasonOf(signal: AbortSignal | undefined): Error {
  return signal?.reason instanceof Error ? signal.reason : new Error('the wait was ended');
}
