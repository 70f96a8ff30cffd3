import { setTimeout as after } from 'node:timers/promises';

export interface UntilOptions {
  /** Fails after this long. Generous: tests run beside busy loops. */
  readonly withinMs: number;
  /** What is waited for, for the error's text. */
  readonly what: string;
  readonly everyMs?: number;
}

/**
 * Waits until the condition gives something other than undefined or false, and returns it.
 * @throws {Error} naming what was waited for, and the condition's last error if it threw
 */
export async function until<Value>(
  condition: () => Value | undefined | false | Promise<Value | undefined | false>,
  { withinMs, what, everyMs = 10 }: UntilOptions,
): Promise<Value> {
  const deadlineMs = performance.now() + withinMs;
  let lastError: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value !== undefined && value !== false) return value;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() > deadlineMs) {
      throw new Error(`waited ${withinMs} ms in vain: ${what}`, { cause: lastError });
    }
    await after(everyMs);
  }
}
