import { setTimeout } from 'node:timers/promises';
import { WhitewaterError } from '../../shared/errors.ts';
import type { Faults } from '../faults/Faults.ts';
import type { JudgedEndpoint } from '../faults/JudgedEndpoint.ts';
import { acceptDelay } from '../faults/judge.ts';
import type { RuleInForce } from '../faults/RuleInForce.ts';
import type { Journal } from '../journal/Journal.ts';
import { timerMs } from './timerMs.ts';

/** Of one cluster: its rules keep nobody else's connections out. */
const WAITING_MAX = 256;

/** A connection that waits for its answer. */
interface SlowedConnection {
  readonly rules: readonly RuleInForce[];
  readonly end: () => void;
}

/** Connections that wait because rules make the network slow to accept them. */
export class SlowAccepts {
  readonly #clock: () => number;
  readonly #journal: Journal;
  readonly #waiting = new Set<SlowedConnection>();

  constructor(clock: () => number, journal: Journal) {
    this.#clock = clock;
    this.#journal = journal;
  }

  /**
   * Returns when the endpoint's new connection may be answered, its rules are gone, or the signal aborts.
   * @throws {WhitewaterError} RELAY_FULL when too many wait; those that no rule strikes are not kept out
   */
  async wait(endpoint: JudgedEndpoint, faults: Faults, signal: AbortSignal): Promise<void> {
    const startMs = this.#clock();
    const { delayMs, rules } = acceptDelay(endpoint, faults, startMs);
    if (delayMs === 0) return;
    if (this.#waiting.size >= WAITING_MAX) {
      const message = `${WAITING_MAX} connections of the cluster wait because rules make the network slow to accept`;
      throw new WhitewaterError('RELAY_FULL', message);
    }
    const reason = rules.map(({ name }) => `${name}:accept`).join(',');
    this.#journal.event('connection', { event: 'slowed', id: endpoint.id, reason, forMs: delayMs });
    const gone = new AbortController();
    const ended = AbortSignal.any([signal, gone.signal]);
    const waiting: SlowedConnection = { rules, end: () => gone.abort() };
    this.#waiting.add(waiting);
    try {
      const endMs = startMs + delayMs;
      // Timers may fire early, and one of a month, which rules can add up to, is set in pieces.
      for (let nowMs = startMs; nowMs < endMs; nowMs = this.#clock()) {
        await setTimeout(timerMs(endMs, nowMs), undefined, { signal: ended, ref: false });
      }
    } catch (error) {
      if (!ended.aborted) throw error;
    } finally {
      this.#waiting.delete(waiting);
    }
  }

  /** Answers those of whose rules none is in force any more. */
  endThoseWithout(inForce: readonly RuleInForce[]): void {
    for (const { rules, end } of this.#waiting) if (!rules.some((rule) => inForce.includes(rule))) end();
  }
}
