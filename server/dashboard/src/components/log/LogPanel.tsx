import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { useDerived } from '../../hooks/useDerived.ts';
import { useSize } from '../../hooks/useSize.ts';
import { useStore } from '../../hooks/useStore.ts';
import type { LogRow } from '../../model/log/LogView.ts';
import { lastOf, logRows } from '../../model/log/rows.ts';
import { ENTRY_PX_FIRST, held, type LogExtent, type LogScale, tailLeft } from '../../model/log/scale.ts';
import { CellWords } from './CellWords.tsx';
import { LogCells } from './LogCells.tsx';
import { LogLegend } from './LogLegend.tsx';
import { LogNames } from './LogNames.tsx';
import { LogZoom } from './LogZoom.tsx';

/** Where somebody looks in the log; `left` is null while the newest entry is followed. */
export interface LogPlace {
  readonly entryPx: number;
  readonly left: number | null;
}

/** Every peer's log, index beside index. */
export function LogPanel() {
  const rows = useRows();
  const { ref, size } = useSize<HTMLDivElement>();
  const place = useSignal<LogPlace>({ entryPx: ENTRY_PX_FIRST, left: null });
  const extent: LogExtent = { widthPx: size?.width ?? 0, last: lastOf(rows) };
  const scale = scaleOf(place.value, extent);
  const move = (next: LogPlace): void => void (place.value = next);
  return (
    <section class="card log" aria-labelledby="log-title">
      <div class="log-head">
        <h2 id="log-title">Log</h2>
        {rows.length > 0 && <LogZoom {...{ scale, extent }} follows={place.value.left === null} onMove={move} />}
      </div>
      {rows.length === 0 ? (
        <p class="muted">No peer has told of its log yet.</p>
      ) : (
        <>
          <div class="log-body">
            <LogNames rows={rows} />
            <div class="log-room" ref={ref}>
              {size !== null && (
                <LogCells {...{ rows, scale, extent }} follows={place.value.left === null} onMove={move} />
              )}
            </div>
          </div>
          <CellWords rows={rows} />
          <LogLegend />
        </>
      )}
    </section>
  );
}

function scaleOf({ entryPx, left }: LogPlace, extent: LogExtent): LogScale {
  return held({ entryPx, left: left ?? tailLeft(extent, entryPx) }, extent);
}

/** The same object while nothing of it changed: statuses come ten times a second, and most say what was said. */
function useRows(): readonly LogRow[] {
  const { picture } = useStore();
  const before = useRef<{ readonly key: string; readonly rows: readonly LogRow[] }>({ key: '', rows: [] });
  return useDerived(() => {
    const rows = picture.value === null ? [] : logRows(picture.value);
    const key = JSON.stringify(rows);
    if (key !== before.current.key) before.current = { key, rows };
    return before.current.rows;
  }, [picture]);
}
