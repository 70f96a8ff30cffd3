import type { FeedState } from '../connection/LiveFeed.ts';

/** A picture older than this is shown as old, even while the connection seems to stand. */
export const STALE_AFTER_MS = 7000;

/** True when what the page shows may no longer be so. */
export function isStale(
  feed: { readonly state: FeedState; readonly freshAtMs: number | null },
  nowMs: number,
): boolean {
  if (feed.state.phase !== 'live') return true;
  return feed.freshAtMs === null || nowMs - feed.freshAtMs > STALE_AFTER_MS;
}
