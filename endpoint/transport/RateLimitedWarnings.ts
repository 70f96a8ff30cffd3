import type { Clock } from '../ports/Clock.ts';
import type { Logger } from '../ports/Logger.ts';

const INTERVAL_MS = 10_000;

interface Topic {
  lastMs: number;
  leftOut: number;
}

/** One line per topic and ten seconds, so that nobody can fill a disk by sending nonsense. Topics are few and fixed. */
export class RateLimitedWarnings {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #topics = new Map<string, Topic>();

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  /** @param level `info` for what is expected to happen now and then */
  warn(topic: string, message: string, level: 'info' | 'warn' = 'warn'): void {
    const nowMs = this.#clock.nowMs();
    const known = this.#topics.get(topic);
    if (known !== undefined && nowMs - known.lastMs < INTERVAL_MS) {
      known.leftOut += 1;
      return;
    }
    const more =
      known === undefined || known.leftOut === 0 ? '' : ` (and ${known.leftOut} more since the last such line)`;
    this.#topics.set(topic, { lastMs: nowMs, leftOut: 0 });
    this.#logger[level](message + more);
  }
}
