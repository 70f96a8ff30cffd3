import type { PeerId } from '../../../../../shared/ids.ts';
import { kindOf, isReply, type FrameKind } from '../frames/kinds.ts';
import type { FrameSeen, History } from '../history/History.ts';
import type { Span } from './window.ts';

/** More lines than this nobody can tell apart, and a browser takes its time. */
export const LINES_MAX = 1500;
/** A longer stretch is no diagram any more. */
export const STRETCH_MS_MAX = 10_000;
export const STRETCH_MS_MIN = 10;
/** So long before a stretch a frame may have been sent that arrives in it. */
const EARLIER_MS = 5000;
/** Answers of the history that are put together: a busy stretch takes several. */
const ANSWERS_MAX = 12;

/** One copy of a frame, from lane to lane, or as far as it got. */
export interface Line {
  readonly seq: number;
  /** Which copy of its frame, from 0. */
  readonly copy: number;
  readonly from: PeerId;
  readonly to: PeerId;
  readonly sentMs: number;
  /** Null while it waits. */
  readonly endMs: number | null;
  readonly fate: 'arrived' | 'lost' | 'waits';
  /** It waited in the relay, by a rule. */
  readonly isDelayed: boolean;
  readonly isHeld: boolean;
  readonly kind: FrameKind;
  readonly isReply: boolean;
}

export interface SpaceTime {
  readonly span: Span;
  /** Oldest first. */
  readonly lines: readonly Line[];
  /** The frames of these lines, by number. */
  readonly frames: ReadonlyMap<number, FrameSeen>;
  /** How many copies were left out: heartbeats and their answers first. */
  readonly left: number;
}

/** Frames that were under way in a time, oldest first: all that the history answers. */
export async function framesThroughout(history: History, { fromMs, untilMs }: Span): Promise<readonly FrameSeen[]> {
  const found = new Map<number, FrameSeen>();
  let nextMs = fromMs - EARLIER_MS;
  for (let answers = 0; answers < ANSWERS_MAX; answers += 1) {
    const { frames, left } = await history.framesIn(nextMs, untilMs);
    for (const frame of frames) found.set(frame.sample.seq, frame);
    const newestMs = frames.at(-1)?.sample.timeMs ?? untilMs;
    if (left === 0 || newestMs <= nextMs) break;
    nextMs = newestMs;
  }
  return [...found.values()].filter(
    (frame) => frame.sample.timeMs >= fromMs || linesOf(frame).some(({ endMs }) => endMs === null || endMs >= fromMs),
  );
}

/** The lines of a stretch of time. */
export function spaceTime(frames: readonly FrameSeen[], span: Span): SpaceTime {
  const all = frames
    .flatMap(linesOf)
    .filter(({ sentMs, endMs }) => sentMs <= span.untilMs && (endMs ?? Infinity) >= span.fromMs);
  const telling = all.length <= LINES_MAX ? all : all.filter(({ kind }) => kind !== 'heartbeat').slice(-LINES_MAX);
  const shown = new Set(telling.map(({ seq }) => seq));
  return {
    ...{ span, lines: telling, left: all.length - telling.length },
    frames: new Map(frames.filter(({ sample }) => shown.has(sample.seq)).map((frame) => [frame.sample.seq, frame])),
  };
}

function linesOf({ sample, ends }: FrameSeen): Line[] {
  const { seq, from, to, timeMs: sentMs, fate, delaysMs = [] } = sample;
  const line = { seq, from, to, sentMs, kind: kindOf(sample), isReply: isReply(sample.type) };
  const atOnce = { copy: 0, endMs: sentMs, isDelayed: false, isHeld: false };
  if (fate === 'delivered') return [{ ...line, ...atOnce, fate: 'arrived' }];
  if (fate === 'dropped') return [{ ...line, ...atOnce, fate: 'lost' }];
  return delaysMs.map((delayMs, copy) => {
    const end = ends.find((known) => known.copy === copy);
    const waited = { copy, isDelayed: true, isHeld: delayMs === null };
    if (end === undefined) return { ...line, ...waited, endMs: null, fate: 'waits' };
    return { ...line, ...waited, endMs: end.timeMs, fate: end.cause === undefined ? 'arrived' : 'lost' };
  });
}
