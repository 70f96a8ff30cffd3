import { useNow, usePageNow } from '../../hooks/useNow.ts';
import { useStore } from '../../hooks/useStore.ts';
import type { Store } from '../../state/Store.ts';
import { backToLive } from '../../state/view.ts';
import { agoText, durationText } from '../../model/words.ts';

/** Whether the page itself is connected, and how old its picture is; in the past, how long ago that is. */
export function ConnectionState() {
  const store = useStore();
  const { link, may, view, retry } = store;
  const pageMs = usePageNow(250);
  if (view.mode.value.kind === 'past') return <PastState store={store} />;
  const { state, freshAtMs, isStale } = link.value;
  const ageMs = freshAtMs === null ? null : pageMs - freshAtMs;
  const age = ageMs === null ? 'no picture yet' : `picture ${durationText(wholeSeconds(ageMs))} old`;
  if (state.phase === 'live' && !isStale) {
    return (
      <p class="connection" data-phase="live">
        <span class="dot" /> {may.value === 'looking' || may.value === 'notTold' ? 'live, looking only' : 'live'}
      </p>
    );
  }
  return (
    <p class="connection" data-phase={state.phase}>
      <span class="dot" />
      <span>
        {state.phase === 'waiting'
          ? `${state.reason}; trying again in ${durationText(wholeSeconds(state.retryAtMs - pageMs))}`
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

function PastState({ store }: { readonly store: Store }) {
  useNow(200);
  const newestMs = store.history.extent.value?.untilMs ?? NaN;
  return (
    <p class="connection" data-phase="past">
      <span class="numbers">{`you look at ${agoText(newestMs - store.shownAtMs())} ago`}</span>
      <button type="button" class="small" onClick={() => backToLive(store)}>
        Back to live
      </button>
    </p>
  );
}

function wholeSeconds(durationMs: number): number {
  return Math.max(1, Math.ceil(durationMs / 1000)) * 1000;
}
