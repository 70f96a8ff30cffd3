import { useStore } from '../../hooks/useStore.ts';
import { STRETCH_MS_MAX, STRETCH_MS_MIN } from '../../model/time/spaceTime.ts';
import type { Span } from '../../model/time/window.ts';
import { clockText, durationText } from '../../model/words.ts';
import { chooseStretch } from './chooseStretch.ts';
import { SpaceTimeDiagram } from './SpaceTimeDiagram.tsx';
import { SpaceTimeLegend } from './SpaceTimeLegend.tsx';
import { useSpaceTime } from './useSpaceTime.ts';

/** So long a stretch takes to play, however short it was. */
const PLAY_SECONDS = 10;

/** A chosen stretch of time as a space-time diagram: which frame went from whom to whom, and what may have caused it. */
export function SpaceTimeCard({ range }: { readonly range: Span }) {
  const store = useStore();
  const found = useSpaceTime(range);
  const { fromMs, untilMs } = range;
  const lengthMs = untilMs - fromMs;
  const choose = (shift: number, factor: number): void => {
    const middle = (fromMs + untilMs) / 2 + shift * lengthMs;
    const half = Math.max(STRETCH_MS_MIN, Math.min(STRETCH_MS_MAX, lengthMs * factor)) / 2;
    chooseStretch(store, middle - half, middle + half);
  };
  const play = (): void => {
    const speed = Math.max(0.01, Math.min(1, lengthMs / 1000 / PLAY_SECONDS));
    store.view.mode.value = { kind: 'past', atMs: fromMs, speed, isPlaying: true };
  };
  return (
    <section class="card space-time" aria-labelledby="space-time-title">
      <div class="log-head">
        <h2 id="space-time-title">Frame by frame</h2>
        <span class="muted numbers">
          {durationText(lengthMs)} from {clockText(fromMs)} on
        </span>
        <div class="lanes-tools" role="group" aria-label="Which stretch">
          <button type="button" class="small" onClick={() => choose(-0.5, 1)}>
            Earlier
          </button>
          <button type="button" class="small" onClick={() => choose(0.5, 1)}>
            Later
          </button>
          <button type="button" class="small" disabled={lengthMs <= STRETCH_MS_MIN} onClick={() => choose(0, 0.5)}>
            Shorter
          </button>
          <button type="button" class="small" disabled={lengthMs >= STRETCH_MS_MAX} onClick={() => choose(0, 2)}>
            Longer
          </button>
          <button type="button" class="small" title="The ring, the log and all else replay it" onClick={play}>
            Play it slowly
          </button>
          <button type="button" class="small" title="Esc" onClick={() => (store.view.range.value = null)}>
            Close
          </button>
        </div>
      </div>
      {found === null ? (
        <p class="muted">Looking it up…</p>
      ) : (
        <>
          <SpaceTimeDiagram found={found} onShorter={() => choose(0, 0.5)} onLonger={() => choose(0, 2)} />
          {found.left > 0 && (
            <p class="muted">{`${found.left} more are not drawn, heartbeats and their answers first: choose a shorter stretch.`}</p>
          )}
          <SpaceTimeLegend />
        </>
      )}
    </section>
  );
}
