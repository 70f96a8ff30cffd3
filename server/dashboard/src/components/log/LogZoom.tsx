import { entryPxAt, entryPxMin, type LogExtent, type LogScale, shareOf, zoomedAt } from '../../model/log/scale.ts';
import type { LogPlace } from './LogPanel.tsx';

interface LogZoomProps {
  readonly scale: LogScale;
  readonly extent: LogExtent;
  readonly follows: boolean;
  readonly onMove: (place: LogPlace) => void;
}

const STEPS = 200;

/** How much of the log is seen. */
export function LogZoom({ scale, extent, follows, onMove }: LogZoomProps) {
  const zoom = (entryPx: number): void => {
    // What is in the middle stays there, unless the newest is followed.
    const next = zoomedAt(scale, extent, entryPx / scale.entryPx, extent.widthPx / 2);
    onMove({ entryPx: next.entryPx, left: follows ? null : next.left });
  };
  return (
    <div class="log-zoom">
      <label>
        Zoom
        <input
          type="range"
          min={0}
          max={STEPS}
          value={Math.round(shareOf(scale.entryPx, extent) * STEPS)}
          aria-valuetext={seenText(scale, extent)}
          onInput={({ currentTarget }) => zoom(entryPxAt(Number(currentTarget.value) / STEPS, extent))}
        />
      </label>
      <span class="muted numbers log-seen">{seenText(scale, extent)}</span>
      <button type="button" class="small" onClick={() => onMove({ entryPx: entryPxMin(extent), left: null })}>
        Whole log
      </button>
      <button
        type="button"
        class="small log-follow"
        aria-pressed={follows}
        onClick={() => onMove({ entryPx: scale.entryPx, left: follows ? scale.left : null })}
      >
        Follow newest
      </button>
    </div>
  );
}

function seenText({ left, entryPx }: LogScale, { widthPx, last }: LogExtent): string {
  const from = Math.max(1, Math.ceil(left));
  const to = Math.min(last, Math.floor(left + widthPx / entryPx));
  return last === 0 ? 'empty' : `${from} to ${Math.max(from, to)} of ${last}`;
}
