import { useRef } from 'preact/hooks';
import { useDerived } from '../../hooks/useDerived.ts';
import { useFrame } from '../../hooks/useFrame.ts';
import { useNow } from '../../hooks/useNow.ts';
import { useStore } from '../../hooks/useStore.ts';
import { agoText, clockText } from '../../model/words.ts';
import { backToLive, lookAt, playOrPause, setSpeed, SPEEDS, step } from '../../state/view.ts';
import { RecordingTools } from './RecordingTools.tsx';

const STEP_MS = 1000;
const LONG_STEP_MS = 10_000;

/** The scale of time: what is kept, where one is in it, and how fast that goes on. */
export function TimeBar() {
  const store = useStore();
  const { view, history, recording } = store;
  const mode = view.mode.value;
  const isPlaying = mode.kind === 'live' || mode.isPlaying;
  const hasHistory = useDerived(() => history.extent.value !== null, [history]);
  return (
    <section class="card time-bar" aria-label="Time">
      <div class="time-buttons">
        <button type="button" title="To the beginning of what is kept" onClick={() => lookAt(store, -Infinity)}>
          <Sign path="M-5-5V5M5-5L-3 0L5 5Z" />
          <span class="unseen">To the beginning</span>
        </button>
        <button type="button" title="Back 1 s" onClick={() => step(store, -STEP_MS)}>
          <Sign path="M4-5L-4 0L4 5Z" />
          <span class="unseen">Back one second</span>
        </button>
        <button type="button" title="Space" onClick={() => playOrPause(store)} class="play">
          <Sign path={isPlaying ? 'M-3-5V5M3-5V5' : 'M-4-5L5 0L-4 5Z'} />
          <span class="unseen">{isPlaying ? 'Stop the picture' : 'Play'}</span>
        </button>
        <button type="button" title="On 1 s" disabled={mode.kind === 'live'} onClick={() => step(store, STEP_MS)}>
          <Sign path="M-4-5L4 0L-4 5Z" />
          <span class="unseen">On one second</span>
        </button>
        <select
          aria-label="Speed"
          title="Speed ([ and ])"
          value={String(mode.kind === 'live' ? 1 : mode.speed)}
          onChange={({ currentTarget }) => setSpeed(store, Number(currentTarget.value))}
        >
          {SPEEDS.map((speed) => (
            <option key={speed} value={String(speed)}>
              {`×${speed}`}
            </option>
          ))}
        </select>
      </div>
      <Scale />
      <div class="time-buttons">
        {recording === null && (
          <button
            type="button"
            disabled={mode.kind === 'live'}
            title="Back to live (L)"
            onClick={() => backToLive(store)}
          >
            Now
          </button>
        )}
        <RecordingTools hasHistory={hasHistory} />
      </div>
    </section>
  );
}

function Sign({ path }: { readonly path: string }) {
  return (
    <svg class="sign" width="16" height="16" viewBox="-8 -8 16 16" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

/** Where one is in what is kept. Moves with the time that is drawn, and moves it. */
function Scale() {
  const store = useStore();
  const { history, view } = store;
  const input = useRef<HTMLInputElement>(null);
  const isHeld = useRef(false);
  useNow(500);
  useFrame(() => {
    const extent = history.extent.peek();
    if (input.current === null || extent === null || isHeld.current) return;
    // Counted from the beginning: browsers round large numbers of a scale.
    const wholeMs = Math.max(1, extent.untilMs - extent.fromMs);
    const max = String(Math.round(wholeMs));
    if (input.current.max !== max) input.current.max = max;
    const atMs = view.mode.peek().kind === 'live' ? wholeMs : store.shownAtMs() - extent.fromMs;
    input.current.valueAsNumber = Math.round(atMs);
  });
  const extent = history.extent.peek();
  if (extent === null) return <span class="scale" />;
  const isLive = view.mode.value.kind === 'live';
  const ago = isLive ? 'now' : `${agoText(extent.untilMs - store.shownAtMs())} before the end`;
  const onKey = (event: KeyboardEvent): void => {
    const direction = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (direction === undefined) return;
    event.preventDefault();
    step(store, direction * (event.shiftKey ? LONG_STEP_MS : STEP_MS));
  };
  return (
    <span class="scale" data-history-bytes={history.size.blobBytes}>
      <span class="numbers scale-end" title={`what is kept begins at ${clockText(extent.fromMs)}`}>
        −{agoText(extent.untilMs - extent.fromMs)}
      </span>
      <input
        ref={input}
        type="range"
        min="0"
        step="1"
        aria-label="Time"
        aria-valuetext={ago}
        onKeyDown={onKey}
        onPointerDown={() => (isHeld.current = true)}
        onPointerUp={() => (isHeld.current = false)}
        onPointerCancel={() => (isHeld.current = false)}
        onInput={({ currentTarget }) => lookAt(store, extent.fromMs + currentTarget.valueAsNumber)}
      />
      <span class="numbers scale-end">{isLive ? 'now' : clockText(store.shownAtMs()).slice(0, 10)}</span>
    </span>
  );
}
