import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { PeerId } from '../../../../../shared/ids.ts';
import { useStore } from '../../hooks/useStore.ts';
import { peerOf } from '../../model/crown.ts';
import { arrivedAtMs, replyTo, requestOf } from '../../model/frames/causes.ts';
import type { AroundArrival } from '../../model/frames/changes.ts';
import { findFrame } from '../../model/frames/findFrame.ts';
import type { FrameSeen, History } from '../../model/history/History.ts';
import type { Store } from '../../state/Store.ts';

/** A frame with what caused it and what came of it, as far as that was told. */
export interface FrameStory {
  readonly seen: FrameSeen;
  readonly request: FrameSeen | null;
  readonly reply: FrameSeen | null;
  readonly arrivedAtMs: number | null;
  /** Of its receiver, around its arrival. */
  readonly around: AroundArrival;
  /** The frames just before and after it on the same link. */
  readonly earlier: FrameSeen | null;
  readonly later: FrameSeen | null;
}

export type Story =
  | { readonly phase: 'looking' }
  | { readonly phase: 'notKept' }
  | { readonly phase: 'known'; readonly story: FrameStory };

/** What belongs to a frame is looked for so far around it. */
const AROUND_MS = 3000;
const STATUSES_AFTER_MS = 8000;
/** Live, its answer and the next status may still come. */
const LOOK_AGAIN_MS = 700;
const NEWS_WITHIN_MS = 12_000;

/** Everything that the history has of a frame; looked for anew while there may be news of it. */
export function useFrameStory(seq: number): Story {
  const store = useStore();
  const story = useSignal<Story>({ phase: 'looking' });
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (known: FrameSeen | null): Promise<void> => {
      const aroundMs = known?.sample.timeMs ?? store.shownAtMs();
      const seen = await findFrame(store.history, seq, aroundMs, () => isOver);
      const next: Story = seen === null ? { phase: 'notKept' } : { phase: 'known', story: await storyOf(store, seen) };
      if (isOver) return;
      story.value = next;
      const untilMs = store.history.extent.peek()?.untilMs ?? Infinity;
      const mayHaveNews = seen === null ? known === null : untilMs - newestMs(seen) < NEWS_WITHIN_MS || waits(seen);
      if (mayHaveNews) timer = setTimeout(() => void look(seen), LOOK_AGAIN_MS);
    };
    story.value = { phase: 'looking' };
    void look(null);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [seq, store]);
  return story.value;
}

/** A frame may have been held for minutes before it came. */
function newestMs({ sample, ends }: FrameSeen): number {
  return ends.reduce((newest, { timeMs }) => Math.max(newest, timeMs), sample.timeMs);
}

function waits({ sample, ends }: FrameSeen): boolean {
  return sample.fate === 'planned' && ends.length < (sample.delaysMs?.length ?? 1);
}

/**
 * The receiver's statuses around an arrival. The one before may be long ago, since peers tell of themselves when something changed:
 * the picture of that time has it.
 */
async function statusesAround(history: History, id: PeerId, atMs: number): Promise<AroundArrival> {
  const picture = await history.pictureAt(atMs);
  const before = (picture === null ? null : peerOf(picture, id)?.view.status) ?? null;
  const statuses = await history.statusesIn(id, atMs, atMs + STATUSES_AFTER_MS);
  return { before, after: statuses.find((seen) => seen.atMs >= atMs) ?? null };
}

async function storyOf({ history }: Store, seen: FrameSeen): Promise<FrameStory> {
  const { sample } = seen;
  const arrivalMs = arrivedAtMs(seen);
  const { frames } = await history.framesIn(sample.timeMs - AROUND_MS, (arrivalMs ?? sample.timeMs) + AROUND_MS);
  const onLink = frames.filter(({ sample: other }) => other.from === sample.from && other.to === sample.to);
  const at = onLink.findIndex(({ sample: other }) => other.seq === sample.seq);
  return {
    ...{ seen, arrivedAtMs: arrivalMs },
    request: requestOf(sample, frames),
    reply: replyTo(sample, frames),
    around: arrivalMs === null ? { before: null, after: null } : await statusesAround(history, sample.to, arrivalMs),
    earlier: at <= 0 ? null : (onLink[at - 1] ?? null),
    later: at === -1 ? null : (onLink[at + 1] ?? null),
  };
}
