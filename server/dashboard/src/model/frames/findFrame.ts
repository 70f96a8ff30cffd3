import type { FrameSeen, History } from '../history/History.ts';

/** So much of the past is looked through at a time. */
const WINDOW_MS = 10_000;

/**
 * A frame by its number, from what is kept; looked for from a time on, outward to where numbers of that size are.
 * @param isOver asked between two looks, so that a search that nobody waits for ends
 */
export async function findFrame(
  history: History,
  seq: number,
  aroundMs: number,
  isOver: () => boolean = () => false,
): Promise<FrameSeen | null> {
  const extent = history.extent.peek();
  if (extent === null) return null;
  let fromMs = Math.max(extent.fromMs, Math.min(extent.untilMs, aroundMs) - WINDOW_MS / 2);
  let direction: -1 | 1 | 0 = 0;
  while (!isOver() && fromMs <= extent.untilMs && fromMs >= extent.fromMs - WINDOW_MS) {
    const look = await lookIn(history, seq, fromMs, fromMs + WINDOW_MS);
    if (look.found !== null) return look.found;
    // Numbers grow with time. Where no frame was, one goes on as before, and at first to the newer ones.
    const next: -1 | 0 | 1 =
      look.firstSeq === null ? direction || 1 : seq < look.firstSeq ? -1 : seq > look.lastSeq ? 1 : 0;
    if (next === 0 || next === -direction) return null;
    direction = next;
    fromMs += direction * WINDOW_MS;
  }
  return null;
}

interface Look {
  readonly found: FrameSeen | null;
  readonly firstSeq: number | null;
  readonly lastSeq: number;
}

/** One answer has room for so many frames; a busy stretch takes several. */
async function lookIn(history: History, seq: number, fromMs: number, untilMs: number): Promise<Look> {
  let firstSeq: number | null = null;
  let lastSeq = -1;
  let nextMs = fromMs;
  for (;;) {
    const { frames, left } = await history.framesIn(nextMs, untilMs);
    const found = frames.find(({ sample }) => sample.seq === seq) ?? null;
    firstSeq ??= frames[0]?.sample.seq ?? null;
    const newest = frames.at(-1)?.sample ?? null;
    lastSeq = Math.max(lastSeq, newest?.seq ?? -1);
    if (found !== null || left === 0 || newest === null || newest.timeMs <= nextMs) return { found, firstSeq, lastSeq };
    nextMs = newest.timeMs;
  }
}
