import type { FrameEnd, FrameSample } from '../../../../../shared/http/Frames.ts';
import type { Entry } from './Chunk.ts';
import { FRAMES_MAX, type FrameSeen } from './History.ts';

/** How much later than it happened the relay may tell of something. */
export const TOLD_WITHIN_MS = 1000;
/** How long after a time the ends of its frames are looked for: what a rule holds may end much later, or never. */
export const ENDS_WITHIN_MS = 30_000;

/** @param entries messages that came in the time, and for ENDS_WITHIN_MS after it */
export async function framesOf(
  entries: AsyncIterable<Entry>,
  fromMs: number,
  untilMs: number,
): Promise<{ readonly frames: readonly FrameSeen[]; readonly left: number }> {
  const bySeq = new Map<number, { sample: FrameSample; ends: FrameEnd[] }>();
  const leftOver = new Set<number>();
  for await (const { message } of entries) {
    if (message.type !== 'frames') continue;
    for (const sample of message.frames) {
      if (sample.timeMs < fromMs || sample.timeMs > untilMs || bySeq.has(sample.seq)) continue;
      if (bySeq.size < FRAMES_MAX) bySeq.set(sample.seq, { sample, ends: [] });
      else leftOver.add(sample.seq);
    }
    for (const end of message.ends) bySeq.get(end.seq)?.ends.push(end);
  }
  const frames = [...bySeq.values()].sort((a, b) => a.sample.timeMs - b.sample.timeMs || a.sample.seq - b.sample.seq);
  return { frames, left: leftOver.size };
}
