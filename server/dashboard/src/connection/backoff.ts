export const RETRY_MS_MIN = 250;
export const RETRY_MS_MAX = 5000;

/**
 * How long to wait before the next attempt: doubles from RETRY_MS_MIN to RETRY_MS_MAX, and varies by chance between
 * half of that and all of it, so that many pages do not come back to a relay in the same moment.
 * @param attempt how many attempts failed since the last that succeeded, from 1
 * @param random in [0, 1)
 */
export function retryDelayMs(attempt: number, random: number): number {
  const whole = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(20, attempt - 1));
  return whole * (0.5 + random / 2);
}
