import type { ErrorCode } from '../../shared/errors.ts';
import type { Logger } from '../log.ts';
import { RateLimitedLog } from './RateLimitedLog.ts';

/** Counts what the relay refused, by code, and says so in one line each, at a bounded rate. */
export class Refusals {
  readonly #counts = new Map<ErrorCode, number>();
  readonly #log: RateLimitedLog;

  constructor(logger: Logger, clock: () => number) {
    const write = (line: string): void => logger.warn(line);
    this.#log = new RateLimitedLog(write, clock, { linesPerKey: 3, lines: 100 }, '/metrics counts them all');
  }

  get counts(): ReadonlyMap<ErrorCode, number> {
    return this.#counts;
  }

  /** Counts without a line: for an HTTP answer whose caller is told anyway. */
  count(code: ErrorCode): void {
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1);
  }

  /**
   * @param who the endpoint as `cluster/id`, or the address of a caller
   * @returns whether the line was written; when it was not, others need not be told either
   */
  report(code: ErrorCode, who: string, message: string): boolean {
    this.count(code);
    return this.#log.write(`${code} ${who}`, `${code} ${who}: ${message}`);
  }
}
