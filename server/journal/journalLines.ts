import type { FrameNote } from './FrameChunk.ts';

/** A frame's line of the journal; see JournalFrame and JournalArrival. */
export function lineOfNote(note: FrameNote): string {
  const { seq, timeMs, isArrival, type, from, to, id, bytes, number, epoch, fate, cause, strikes, delaysMs } = note;
  return JSON.stringify({
    ...{ kind: isArrival ? 'arrival' : 'frame', seq, timeMs, type, from, to, id, bytes, number, epoch, fate },
    ...(cause === undefined ? {} : { cause }),
    ...(strikes === '' ? {} : { strikes: strikes.split(',') }),
    ...(isArrival ? { waitedMs: delaysMs[0] ?? 0 } : plannedDelays(delaysMs)),
  });
}

function plannedDelays(delaysMs: readonly number[]): { delaysMs?: (number | null)[] } {
  if (delaysMs.length === 0) return {};
  return { delaysMs: delaysMs.map((delayMs) => (delayMs < 0 ? null : delayMs)) };
}
