import { useEffect, useMemo } from 'preact/hooks';
import type { LiveFrames } from '../../../../../shared/http/Frames.ts';
import { useStore } from '../../hooks/useStore.ts';
import { Flights } from '../../model/frames/Flights.ts';
import { LinkCounts } from '../../model/frames/LinkCounts.ts';
import type { FrameSeen } from '../../model/history/History.ts';
import type { Store } from '../../state/Store.ts';

/** What is on its way at the time that is drawn. Signals nothing: it is read in a frame. */
export interface Air {
  readonly flights: Flights;
  readonly counts: LinkCounts;
  queues: LiveFrames['queues'];
}

/** What flies at a time of the past was judged so long before it, at most; what waits longer is looked for afterwards. */
const BEFORE_MS = 5000;
const WAITING_BEFORE_MS = 30_000;
/** In the past, frames are known so long before the time passes them, as they are live. */
const AHEAD_MS = 2000;
/** Whoever drags the scale wants the place where it is let go. */
const SETTLED_MS = 120;

/** Frames as the time that is drawn passes them, live and in the past. */
export function useFlights(): Air {
  const store = useStore();
  const air = useMemo((): Air => ({ flights: new Flights(), counts: new LinkCounts(), queues: [] }), [store]);
  useEffect(() => {
    const past = new PastFrames(store, air);
    const end = store.frames.onFrames((news) => {
      if (news === 'jumped') {
        past.jumped();
        return;
      }
      air.flights.add(news);
      air.counts.add(news);
      air.queues = news.queues;
      past.goOn();
    });
    // A recording begins in the past, without a jump.
    if (store.view.mode.peek().kind === 'past') past.jumped();
    return () => {
      end();
      past.stop();
    };
  }, [store, air]);
  return air;
}

/** Frames of the past, from the history: those that flew where one comes to, and those ahead. */
class PastFrames {
  readonly #store: Store;
  readonly #air: Air;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #knownUntilMs = Infinity;
  /** Counts jumps, so that an answer that was overtaken is passed over. */
  #jumps = 0;

  constructor(store: Store, air: Air) {
    this.#store = store;
    this.#air = air;
  }

  jumped(): void {
    const { flights, counts } = this.#air;
    flights.clear();
    counts.clear();
    this.#air.queues = [];
    this.#jumps += 1;
    this.#knownUntilMs = Infinity;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#fill(this.#jumps), SETTLED_MS);
  }

  /** Time goes on: so do the frames that are known ahead of it. */
  goOn(): void {
    const { store, knownUntilMs } = { store: this.#store, knownUntilMs: this.#knownUntilMs };
    if (store.view.mode.peek().kind === 'live' || store.shownAtMs() + AHEAD_MS / 2 < knownUntilMs) return;
    void this.#read(knownUntilMs, store.shownAtMs() + AHEAD_MS, this.#jumps);
  }

  stop(): void {
    this.#jumps += 1;
    clearTimeout(this.#timer);
  }

  async #fill(jump: number): Promise<void> {
    const atMs = this.#store.shownAtMs();
    await this.#read(atMs - BEFORE_MS, atMs + AHEAD_MS, jump);
    if (jump !== this.#jumps) return;
    const { frames } = await this.#store.history.framesIn(atMs - WAITING_BEFORE_MS, atMs - BEFORE_MS);
    if (jump === this.#jumps) this.#air.flights.addSeen(frames.filter((seen) => waitsAt(seen, atMs)));
  }

  async #read(fromMs: number, untilMs: number, jump: number): Promise<void> {
    this.#knownUntilMs = untilMs;
    const { frames } = await this.#store.history.framesIn(fromMs, untilMs);
    if (jump === this.#jumps) this.#air.flights.addSeen(frames);
  }
}

function waitsAt({ sample, ends }: FrameSeen, atMs: number): boolean {
  if (sample.fate !== 'planned') return false;
  return (sample.delaysMs?.length ?? 1) > ends.filter(({ timeMs }) => timeMs <= atMs).length;
}
