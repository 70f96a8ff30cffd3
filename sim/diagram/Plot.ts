export interface Interval {
  readonly fromMs: number;
  readonly untilMs: number;
}

export const MARGIN_LEFT = 56;
const MARGIN_RIGHT = 24;
const PEER_HEIGHT = 84;
const CLIENT_HEIGHT = 66;
const PLOT_WIDTH = 2000;
const PIXELS_PER_MS_MIN = 0.25;
const PIXELS_PER_MS_MAX = 8;

/** Where times and lanes are in a diagram. */
export class Plot {
  readonly interval: Interval;
  readonly top: number;
  readonly bottom: number;
  readonly width: number;
  readonly pixelsPerMs: number;
  readonly #lanes = new Map<string, number>();

  constructor(
    interval: Interval,
    { peers, clients }: { peers: readonly string[]; clients: readonly string[] },
    top: number,
  ) {
    this.interval = interval;
    this.top = top;
    const lengthMs = Math.max(1, interval.untilMs - interval.fromMs);
    this.pixelsPerMs = Math.min(PIXELS_PER_MS_MAX, Math.max(PIXELS_PER_MS_MIN, PLOT_WIDTH / lengthMs));
    this.width = MARGIN_LEFT + lengthMs * this.pixelsPerMs + MARGIN_RIGHT;
    let y = top + PEER_HEIGHT / 2;
    for (const peer of peers) {
      this.#lanes.set(peer, y);
      y += PEER_HEIGHT;
    }
    for (const client of clients) {
      this.#lanes.set(client, y);
      y += CLIENT_HEIGHT;
    }
    this.bottom = y - PEER_HEIGHT / 2 + 12;
  }

  get left(): number {
    return MARGIN_LEFT;
  }

  get right(): number {
    return this.width - MARGIN_RIGHT;
  }

  x(atMs: number): number {
    return MARGIN_LEFT + (atMs - this.interval.fromMs) * this.pixelsPerMs;
  }

  /** Of an endpoint's lane; undefined when it has none. */
  y(id: string): number | undefined {
    return this.#lanes.get(id);
  }

  /** Within the interval. */
  clampedX(atMs: number): number {
    return this.x(Math.min(this.interval.untilMs, Math.max(this.interval.fromMs, atMs)));
  }

  overlaps(fromMs: number, untilMs: number): boolean {
    return untilMs >= this.interval.fromMs && fromMs <= this.interval.untilMs;
  }

  contains(atMs: number): boolean {
    return this.overlaps(atMs, atMs);
  }
}
