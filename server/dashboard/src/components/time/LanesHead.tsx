import type { Signal } from '@preact/signals';
import { useStore } from '../../hooks/useStore.ts';
import { type Sight, WHOLE } from '../../model/time/window.ts';
import { chooseStretch } from './chooseStretch.ts';

const LENGTHS = [
  { lengthMs: null, text: 'All' },
  { lengthMs: 60_000, text: '1 min' },
  { lengthMs: 10_000, text: '10 s' },
] as const;

/** A stretch that is chosen by a button. */
const STRETCH_MS = 2000;

/** How much of the time is seen, and a way to the diagram without a pointer. */
export function LanesHead({ sight }: { readonly sight: Signal<Sight> }) {
  const store = useStore();
  return (
    <div class="log-head">
      <h2 id="lanes-title">Lanes</h2>
      <div class="lanes-tools" role="group" aria-label="How much is seen">
        {LENGTHS.map(({ lengthMs, text }) => (
          <button
            key={text}
            type="button"
            class="small choice"
            aria-pressed={sight.value.lengthMs === lengthMs}
            onClick={() => (sight.value = lengthMs === null ? WHOLE : { lengthMs, fromMs: null })}
          >
            {text}
          </button>
        ))}
        <button
          type="button"
          class="small choice"
          aria-pressed={sight.value.fromMs === null}
          title="What is seen moves on with the time that is drawn"
          onClick={() => (sight.value = { ...sight.value, fromMs: null })}
        >
          Follow
        </button>
      </div>
      <button
        type="button"
        class="small"
        title="Frame by frame, the two seconds before the time that is drawn"
        onClick={() => chooseStretch(store, store.shownAtMs() - STRETCH_MS, store.shownAtMs())}
      >
        Diagram of the last 2 s
      </button>
    </div>
  );
}
