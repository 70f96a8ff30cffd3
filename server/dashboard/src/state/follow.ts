import { batch, signal, type Signal } from '@preact/signals';
import { type FeedPorts, LiveFeed } from '../connection/LiveFeed.ts';
import type { LiveFrames } from '../../../../shared/http/Frames.ts';
import type { FeedHistory } from '../model/history/FeedHistory.ts';
import { isUpToDate } from '../model/isUpToDate.ts';
import type { Picture } from '../model/Picture.ts';
import { isStale } from '../model/staleness.ts';
import { RelayClock } from './relayClock.ts';
import type { LinkState } from './Store.ts';

/** How often a picture that nothing confirms is looked at again. */
const LOOK_AGAIN_MS = 500;

export interface Following {
  readonly live: Signal<Picture | null>;
  readonly link: Signal<LinkState>;
  readonly clock: RelayClock;
  readonly retry: () => void;
  readonly stop: () => void;
}

/** The feed of one cluster, into the live picture and the history. @param onFrames gets `frames` messages */
export function follow(ports: FeedPorts, history: FeedHistory, onFrames: (frames: LiveFrames) => void): Following {
  const live = signal<Picture | null>(null);
  const clock = new RelayClock();
  const link = signal<LinkState>({ state: { phase: 'connecting' }, freshAtMs: null, isStale: true });
  const know = (changes: Partial<LinkState>): void => {
    const next = { ...link.peek(), ...changes };
    link.value = { ...next, isStale: isStale(next, ports.nowMs()) };
  };
  const feed = new LiveFeed(ports, {
    onState: (state) => know({ state }),
    onMessage: (message, text) => {
      const receivedAtMs = ports.nowMs();
      clock.told(message.timeMs, receivedAtMs);
      batch(() => {
        const picture = history.add(message, receivedAtMs, text);
        if (message.type === 'frames') onFrames(message);
        else live.value = picture;
      });
    },
    onFresh: () => know({ freshAtMs: ports.nowMs() }),
    isUpToDate: (cluster) => {
      const picture = live.peek();
      return picture !== null && isUpToDate(picture, cluster);
    },
  });
  feed.start();
  const aging = setInterval(() => {
    const { isStale: was } = link.peek();
    if (isStale(link.peek(), ports.nowMs()) !== was) know({});
  }, LOOK_AGAIN_MS);
  // Timers of a hidden page run late, and a machine that slept has waited for nothing.
  const wake = (): void => {
    if (document.visibilityState === 'visible') feed.retry();
  };
  document.addEventListener('visibilitychange', wake);
  window.addEventListener('online', wake);
  return {
    ...{ live, link, clock },
    retry: () => feed.retry(),
    stop: () => {
      feed.stop();
      clearInterval(aging);
      document.removeEventListener('visibilitychange', wake);
      window.removeEventListener('online', wake);
    },
  };
}
