import { useCallback, useEffect, useReducer, useRef, useState } from 'preact/hooks';
import type { RelayClient } from '../../../../client/RelayClient.ts';
import type { LiveMessage } from '../../../../shared/http/Live.ts';
import type { ClusterId } from '../../../../shared/ids.ts';
import { browserFeed } from '../connection/browserFeed.ts';
import { type FeedState, LiveFeed } from '../connection/LiveFeed.ts';
import type { Picture } from '../model/Picture.ts';
import { reduce } from '../model/reduce.ts';

export interface Feed {
  readonly picture: Picture | null;
  readonly state: FeedState;
  /** When the picture was last known to be true, on the page's monotonic clock; null before the first. */
  readonly freshAtMs: number | null;
  readonly retry: () => void;
}

type Step = LiveMessage | 'forget';

/** Follows one cluster; another cluster begins with an empty picture. */
export function useFeed(base: URL, client: RelayClient, cluster: ClusterId | null): Feed {
  const [picture, step] = useReducer<Picture | null, Step>(
    (before, message) => (message === 'forget' ? null : reduce(before, message, performance.now())),
    null,
  );
  const [state, setState] = useState<FeedState>({ phase: 'connecting' });
  const freshAtMs = useRef<number | null>(null);
  const feed = useRef<LiveFeed | null>(null);

  useEffect(() => {
    if (cluster === null) return;
    freshAtMs.current = null;
    step('forget');
    const current = new LiveFeed(browserFeed(base, client, cluster), {
      onState: setState,
      onMessage: step,
      onFresh: () => (freshAtMs.current = performance.now()),
    });
    feed.current = current;
    current.start();
    return () => current.stop();
  }, [base, client, cluster]);

  const retry = useCallback(() => feed.current?.retry(), []);
  useEffect(() => {
    // Timers of a hidden page run late, and a machine that slept has waited for nothing.
    const wake = (): void => {
      if (document.visibilityState === 'visible') retry();
    };
    document.addEventListener('visibilitychange', wake);
    window.addEventListener('online', wake);
    return () => {
      document.removeEventListener('visibilitychange', wake);
      window.removeEventListener('online', wake);
    };
  }, [retry]);

  return { picture, state, freshAtMs: freshAtMs.current, retry };
}
