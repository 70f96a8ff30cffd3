import type { FrameSample } from '../../../../../shared/http/Frames.ts';
import type { FeedWatcher } from '../history/FeedWatcher.ts';
import type { Mark, Marks } from '../history/Marks.ts';

/** A busy client asks hundreds of times a second, and would leave no room for anything else. */
export const CALLS_A_SECOND_MAX = 8;

/** Notes what clients ask and are answered, as moments: an answer does not say which question it is to. */
export function markCalls(marks: Marks): FeedWatcher {
  let second = 0;
  let count = 0;
  return (message) => {
    if (message.type !== 'frames') return;
    for (const sample of message.frames) {
      const call = callOf(sample);
      if (call === null) continue;
      const now = Math.floor(sample.timeMs / 1000);
      count = now === second ? count + 1 : 1;
      second = now;
      if (count <= CALLS_A_SECOND_MAX) marks.add(call);
    }
  };
}

function callOf({ type, from, to, timeMs, fate }: FrameSample): Mark | null {
  const isAsked = type === 'ClientRequest';
  if (!isAsked && type !== 'ClientReply') return null;
  const lost = fate === 'dropped' ? ', and the frame was dropped' : '';
  return {
    ...{ atMs: timeMs, untilMs: null, lane: 'clients', peer: isAsked ? from : to },
    kind: isAsked ? 'asked' : 'answered',
    text: isAsked ? `${from} asks ${to}${lost}` : `${from} answers ${to}${lost}`,
    tone: fate === 'dropped' ? 'bad' : 'plain',
  };
}
