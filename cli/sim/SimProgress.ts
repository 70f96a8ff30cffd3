import { createLogUpdate } from 'log-update';
import type { SeedTotals } from '../../sim/pool/SeedTotals.ts';
import { formatDuration } from '../view/durations.ts';
import { isLiveTerminal } from '../view/LiveScreen.ts';

const REDRAW_MS = 500;
/** Where lines are not drawn over: seldom enough for a log. */
const LINE_EVERY_MS = 15_000;

/** How far a run of many seeds has come: a line that changes on a terminal, a line now and then elsewhere. On standard error. */
export class SimProgress {
  readonly #stream: NodeJS.WriteStream;
  readonly #totals: SeedTotals;
  readonly #runs: number;
  readonly #draw: ReturnType<typeof createLogUpdate> | undefined;
  readonly #timer: NodeJS.Timeout;
  readonly #beganMs = performance.now();
  failed = 0;

  /** @param runs how many there will be, infinite if nobody knows */
  constructor(stream: NodeJS.WriteStream, totals: SeedTotals, runs: number) {
    this.#stream = stream;
    this.#totals = totals;
    this.#runs = runs;
    this.#draw = isLiveTerminal(stream) ? createLogUpdate(stream) : undefined;
    const everyMs = this.#draw === undefined ? LINE_EVERY_MS : REDRAW_MS;
    this.#timer = setInterval(() => this.#show(), everyMs).unref();
  }

  /** Leaves nothing on a terminal. */
  end(): void {
    clearInterval(this.#timer);
    this.#draw?.clear();
  }

  #show(): void {
    const { seeds, virtualMs } = this.#totals;
    const passedMs = performance.now() - this.#beganMs;
    const ended = seeds + this.failed;
    const count = this.#runs === Infinity ? `${ended} seeds` : `${ended} of ${this.#runs} seeds`;
    const speed = `${(virtualMs / passedMs).toFixed(0)} times real time`;
    const failed = this.failed === 0 ? '' : `, ${this.failed} failed`;
    const line = `${count}, ${formatDuration(passedMs)}, ${speed}${failed}`;
    if (this.#draw === undefined) this.#stream.write(`${line}\n`);
    else this.#draw(line);
  }
}
