import type { Clock, Timer } from '../../endpoint/ports/Clock.ts';

/** A time in which this peer leads, and knows it. */
export interface Reign {
  /**
   * No other peer leads in this term, and later reigns have higher ones: a fencing token. Give it to whatever the leader
   * changes, and let that refuse lower ones.
   */
  readonly term: number;
  /** Aborts before another peer can have been elected, as far as clocks run alike and this process is not stopped. */
  readonly signal: AbortSignal;
}

/** What is known of this peer's leadership at one moment. */
export interface LeadershipNow {
  readonly isLeader: boolean;
  readonly term: number;
  /** Until when no other can have been elected, in the clock's milliseconds. */
  readonly leaseUntilMs: number;
}

interface Current {
  readonly term: number;
  readonly controller: AbortController;
  readonly reign: Reign;
  timer: Timer | undefined;
}

/** So often a leader without a lease looks whether it has one now. */
const LOOK_AGAIN_MS = 10;

/** Tells an application when it may act as the leader. */
export class Leadership {
  readonly #clock: Clock;
  readonly #now: () => LeadershipNow;
  readonly #waiting = new Set<() => void>();
  #current: Current | undefined;
  #poll: Timer | undefined;
  #isStopped = false;

  constructor(clock: Clock, now: () => LeadershipNow) {
    this.#clock = clock;
    this.#now = now;
  }

  /** Something happened that may begin, prolong or end a reign. */
  changed(): void {
    if (this.#isStopped) return;
    const { isLeader, term, leaseUntilMs } = this.#now();
    const holds = isLeader && leaseUntilMs > this.#clock.nowMs();
    if (this.#current !== undefined && (!holds || this.#current.term !== term)) this.#end(this.#current);
    if (!holds) {
      if (isLeader) this.#lookAgain();
      return;
    }
    this.#current ??= this.#begin(term);
    this.#watch(this.#current, leaseUntilMs);
  }

  /**
   * Each reign of this peer from now on, the present one first. A reign that ends while the loop is busy with an earlier one is
   * left out; so at most one waits. One whose lease was lost and came back is told again, with the same term.
   * @param signal ends the iteration
   */
  async *reigns(signal?: AbortSignal): AsyncGenerator<Reign, void, undefined> {
    let seen: Current | undefined;
    while (!this.#isStopped && signal?.aborted !== true) {
      const current = this.#current;
      if (current === undefined || current === seen) {
        await this.#change(signal);
        continue;
      }
      seen = current;
      yield current.reign;
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.#poll?.stop();
    if (this.#current !== undefined) this.#end(this.#current);
    this.#wake();
  }

  #begin(term: number): Current {
    const controller = new AbortController();
    const current = { term, controller, reign: { term, signal: controller.signal }, timer: undefined };
    // Whoever is woken finds it in its place.
    queueMicrotask(() => this.#wake());
    return current;
  }

  #end(current: Current): void {
    current.timer?.stop();
    this.#current = undefined;
    current.controller.abort(new Error(`the leadership of term ${current.term} is over, or cannot be told from it`));
    this.#wake();
  }

  /** One timer: when it is due the lease may have been renewed meanwhile. */
  #watch(current: Current, leaseUntilMs: number): void {
    if (current.timer !== undefined) return;
    current.timer = this.#clock.setTimer(leaseUntilMs, () => {
      current.timer = undefined;
      if (this.#current === current) this.changed();
    });
  }

  /** A lease begins with answers of followers, of which nobody tells. */
  #lookAgain(): void {
    if (this.#poll !== undefined) return;
    this.#poll = this.#clock.setTimer(this.#clock.nowMs() + LOOK_AGAIN_MS, () => {
      this.#poll = undefined;
      this.changed();
    });
  }

  #change(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waiting.delete(done);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      signal?.addEventListener('abort', done, { once: true });
    });
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
