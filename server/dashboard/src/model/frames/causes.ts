import type { FrameSample } from '../../../../../shared/http/Frames.ts';
import type { FrameSeen } from '../history/History.ts';
import { isReply } from './kinds.ts';

/** The request that a reply answers: the newest before it that its receiver sent under that number. */
export function requestOf(reply: FrameSample, frames: readonly FrameSeen[]): FrameSeen | null {
  const id = reply.gist?.inReplyTo;
  if (id === undefined || !isReply(reply.type)) return null;
  const isIt = ({ sample }: FrameSeen): boolean =>
    sample.id === id && sample.from === reply.to && sample.to === reply.from && sample.seq < reply.seq;
  return frames.findLast((seen) => isIt(seen) && !isReply(seen.sample.type)) ?? null;
}

/** What answered a request: the first after it. */
export function replyTo(request: FrameSample, frames: readonly FrameSeen[]): FrameSeen | null {
  if (isReply(request.type)) return null;
  return (
    frames.find(
      ({ sample }) =>
        sample.gist?.inReplyTo === request.id &&
        sample.type === `${request.type}Reply` &&
        sample.from === request.to &&
        sample.to === request.from &&
        sample.seq > request.seq,
    ) ?? null
  );
}

/** When the first copy of a frame arrived, on the relay's clock; null when none is known to have. */
export function arrivedAtMs({ sample, ends }: FrameSeen): number | null {
  if (sample.fate === 'dropped') return null;
  if (sample.fate === 'delivered') return sample.timeMs;
  const arrivals = ends.filter(({ cause }) => cause === undefined).map(({ timeMs }) => timeMs);
  return arrivals.length === 0 ? null : Math.min(...arrivals);
}
