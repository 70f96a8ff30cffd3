import { useStore } from '../../hooks/useStore.ts';
import type { LogRow } from '../../model/log/LogView.ts';
import { cursorOf } from '../../model/log/cursor.ts';
import { conflictAt, cellText } from '../../model/log/words.ts';
import { askWhy } from '../why/askWhy.ts';

/** The entry that is pointed at, in words: to be read, and told to a screen reader as it changes. */
export function CellWords({ rows }: { readonly rows: readonly LogRow[] }) {
  const { view } = useStore();
  const cursor = cursorOf(view.selected.value);
  const row = rows.find(({ peer }) => peer === cursor?.peer);
  const text = cursor === null || row === undefined ? '' : cellText(row, cursor.index);
  return (
    <div class="log-words">
      <p id="log-cell" role="status">
        {text}
      </p>
      {cursor === null || row === undefined ? (
        <p class="muted">Click an entry, or move to one with the arrow keys.</p>
      ) : cursor.index > row.last || cursor.index < row.first ? null : (
        <button type="button" class="small" onClick={() => askWhy(view, { ask: 'notCommitted', ...cursor })}>
          {conflictAt(row, cursor.index) || cursor.index > row.commit
            ? 'Why is it not committed?'
            : 'Why is it committed?'}
        </button>
      )}
    </div>
  );
}
