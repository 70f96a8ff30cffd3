import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import type { LiveFrames } from '../../../../shared/http/Frames.ts';
import type { FeedHistory } from '../model/history/FeedHistory.ts';
import { Replay } from '../model/history/Replay.ts';
import type { Picture } from '../model/Picture.ts';
import type { FrameSource, Mode, Store, View } from './Store.ts';

/** Live, frames are drawn so much later than they were told, so that batches of 100 ms join. */
export const BEHIND_MS = 200;
/** A change of time smaller than this is no jump: somebody paused, or chose another speed. */
const JUMP_MS = 20;

export interface ShownTime extends Pick<Store, 'shownAtMs' | 'nowMs' | 'picture' | 'frames'> {
  /** Frames as they came, for whoever looks at what is live. */
  readonly cameLive: (frames: LiveFrames) => void;
  readonly stop: () => void;
}

export interface ShownTimeOptions {
  readonly view: View;
  readonly history: FeedHistory;
  readonly live: ReadonlySignal<Picture | null>;
  /** The relay's clock now, by the page's. */
  readonly relayNowMs: () => number;
  /** Whether there is something live to come back to, once replaying has caught up. */
  readonly hasLive: boolean;
}

/** What is drawn, and of when: the live picture, or one of the past that stands or is played. */
export function makeShownTime(options: ShownTimeOptions): ShownTime {
  const { view, history, live, relayNowMs, hasLive } = options;
  const past = signal<Picture | null>(null);
  const listeners = new Set<(news: LiveFrames | 'jumped') => void>();
  const tell = (news: LiveFrames | 'jumped'): void => listeners.forEach((listener) => listener(news));
  const replay = new Replay(history);
  /** Where the past stood when its mode was set, on both clocks; null while live. */
  let anchor: { readonly mode: Mode & { kind: 'past' }; readonly pageMs: number } | null = null;
  let request = 0;

  const shownAtMs = (): number => {
    if (anchor === null) return relayNowMs() - BEHIND_MS;
    const { mode, pageMs } = anchor;
    if (!mode.isPlaying) return mode.atMs;
    const untilMs = history.extent.peek()?.untilMs ?? mode.atMs;
    return Math.min(untilMs, mode.atMs + (performance.now() - pageMs) * mode.speed);
  };

  const play = (): void => {
    request = 0;
    const mode = anchor?.mode;
    if (mode === undefined || !mode.isPlaying) return;
    const atMs = shownAtMs();
    past.value = replay.advance(atMs, tell, mode.speed);
    if (atMs < (history.extent.peek()?.untilMs ?? atMs)) {
      request = requestAnimationFrame(play);
      return;
    }
    view.mode.value = hasLive ? { kind: 'live' } : { ...mode, atMs, isPlaying: false };
  };
  const goOn = (): void => {
    if (request === 0) request = requestAnimationFrame(play);
  };
  const jump = async (atMs: number): Promise<void> => {
    const picture = await replay.seek(atMs);
    if (picture === 'overtaken' || anchor === null) return;
    past.value = picture;
    tell('jumped');
    goOn();
  };

  const stopMode = effect(() => {
    const mode = view.mode.value;
    const beforeMs = anchor === null ? null : shownAtMs();
    const wasLive = anchor === null;
    anchor = mode.kind === 'past' ? { mode, pageMs: performance.now() } : null;
    if (mode.kind === 'live') {
      past.value = null;
      if (!wasLive) tell('jumped');
    } else if (beforeMs === null || Math.abs(beforeMs - mode.atMs) > JUMP_MS) {
      void jump(mode.atMs);
    } else {
      goOn();
    }
  });

  const picture = computed(() => (view.mode.value.kind === 'live' ? live.value : (past.value ?? live.value)));
  return {
    shownAtMs,
    nowMs: () => {
      const shown = anchor === null ? null : past.peek();
      return shown === null ? performance.now() : shown.receivedAtMs + Math.max(0, shownAtMs() - shown.relayTimeMs);
    },
    picture,
    frames: sourceOf(listeners),
    cameLive: (frames) => {
      if (anchor === null) tell(frames);
    },
    stop: () => {
      stopMode();
      cancelAnimationFrame(request);
    },
  };
}

function sourceOf(listeners: Set<(news: LiveFrames | 'jumped') => void>): FrameSource {
  return {
    onFrames: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
