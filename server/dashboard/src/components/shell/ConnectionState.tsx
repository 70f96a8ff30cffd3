import type { Feed } from '../../hooks/useFeed.ts';
import { useNow } from '../../hooks/useNow.ts';
import { durationText } from '../../model/words.ts';
import { isStale } from '../../model/staleness.ts';

/** Whether the page itself is connected, and how old its picture is. */
export function ConnectionState({ feed }: { readonly feed: Feed }) {
  const nowMs = useNow(250);
  const { state, freshAtMs, retry } = feed;
  const ageMs = freshAtMs === null ? null : nowMs - freshAtMs;
  const stale = isStale(feed, nowMs);
  const age = ageMs === null ? 'no picture yet' : `picture ${durationText(wholeSeconds(ageMs))} old`;
  if (state.phase === 'live' && !stale) {
    return (
      <p class="connection" data-phase="live">
        <span class="dot" /> live
      </p>
    );
  }
  return (
    <p class="connection" data-phase={state.phase}>
      <span class="dot" />
      <span>
        {state.phase === 'waiting'
          ? `${state.reason}; trying again in ${durationText(wholeSeconds(state.retryAtMs - nowMs))}`
          : null}
        {state.phase === 'connecting' ? 'connecting' : null}
        {state.phase === 'live' ? 'silent' : null}
        {`, ${age}`}
      </span>
      {state.phase === 'waiting' && (
        <button type="button" class="small" onClick={retry}>
          Now
        </button>
      )}
    </p>
  );
}

function wholeSeconds(durationMs: number): number {
  return Math.max(1, Math.ceil(durationMs / 1000)) * 1000;
}
