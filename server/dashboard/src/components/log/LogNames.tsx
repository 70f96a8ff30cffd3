import { useStore } from '../../hooks/useStore.ts';
import { crownOf, peerOf } from '../../model/crown.ts';
import type { LogRow } from '../../model/log/LogView.ts';
import { AXIS_PX, ROW_PX } from '../../model/log/layout.ts';
import { termColourOf } from '../../model/termColour.ts';
import { CrownIcon } from '../CrownIcon.tsx';

/** Whose rows these are. */
export function LogNames({ rows }: { readonly rows: readonly LogRow[] }) {
  const { picture, view } = useStore();
  return (
    <ul class="log-names" aria-label="Rows of the log" style={{ paddingTop: `${AXIS_PX}px` }}>
      {rows.map(({ peer, last }) => {
        const seen = picture.value === null ? undefined : peerOf(picture.value, peer);
        const crown = seen === undefined ? null : crownOf(seen);
        const term = seen?.view.term ?? null;
        return (
          <li key={peer} style={{ height: `${ROW_PX}px` }} data-connected={seen?.view.connected ?? false}>
            <button
              type="button"
              class="log-name"
              title={`${peer}, term ${term ?? 'unknown'}, ${last} entries`}
              onClick={() => (view.selected.value = { kind: 'peer', id: peer })}
            >
              <span class="log-name-id">{peer}</span>
              {crown !== null && <CrownIcon kind={crown} size={16} />}
            </button>
            <span class="term-chip" data-term={termColourOf(term)} title={`term ${term ?? 'unknown'}`}>
              {term ?? '?'}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
