import type { LiveEvent } from '../../shared/http/Live.ts';

/** How many events of a cluster are remembered. */
export const EVENTS_MAX = 200;

/** The newest events of a cluster, and which of them no feed has told yet. */
export class EventLog {
  readonly #events: LiveEvent[] = [];
  #untold = 0;

  add(event: LiveEvent): void {
    this.#events.push(event);
    if (this.#events.length > EVENTS_MAX) this.#events.shift();
    this.#untold = Math.min(this.#untold + 1, this.#events.length);
  }

  get hasUntold(): boolean {
    return this.#untold > 0;
  }

  /** Oldest first. */
  newest(): LiveEvent[] {
    return [...this.#events];
  }

  /** Those since the last call, oldest first; of more than are remembered, the newest. */
  takeUntold(): LiveEvent[] {
    const untold = this.#events.slice(this.#events.length - this.#untold);
    this.#untold = 0;
    return untold;
  }
}
