import type { PeerId } from '../../../../../shared/ids.ts';
import type { Selection } from '../Selection.ts';
import type { LogRow } from './LogView.ts';
import { lastOf } from './rows.ts';

/** The entry that is pointed at. */
export interface LogCursor {
  readonly peer: PeerId;
  readonly index: number;
}

/** Of a selection: an entry, or a question about one. */
export function cursorOf(selected: Selection | null): LogCursor | null {
  if (selected?.kind === 'entry') return { peer: selected.peer, index: selected.index };
  if (selected?.kind !== 'question' || selected.question.ask !== 'notCommitted') return null;
  return { peer: selected.question.peer, index: selected.question.index };
}

/** What a key does to the cursor; null for a key that does nothing to it. It begins at the end of the first row. */
export function moved(
  cursor: LogCursor | null,
  rows: readonly LogRow[],
  { key, shift, page }: { readonly key: string; readonly shift: boolean; readonly page: number },
): LogCursor | null {
  const last = Math.max(1, lastOf(rows));
  const at = rows.findIndex(({ peer }) => peer === cursor?.peer);
  const step = STEPS[key];
  if (step === undefined || rows.length === 0) return null;
  const first = rows[0];
  if ((cursor === null || at < 0) && first !== undefined) return { peer: first.peer, index: Math.max(1, first.last) };
  const row = rows[Math.max(0, Math.min(rows.length - 1, at + step.rows))];
  if (row === undefined || cursor === null) return null;
  const by = step.by === 'page' ? Math.max(1, page) : shift ? 10 : 1;
  const index =
    step.to === 'first' ? row.first : step.to === 'last' ? Math.max(1, row.last) : cursor.index + step.sign * by;
  return { peer: row.peer, index: Math.max(1, Math.min(last, index)) };
}

interface Step {
  readonly rows: number;
  readonly sign: number;
  readonly by: 'entry' | 'page';
  readonly to: 'first' | 'last' | null;
}

const still: Step = { rows: 0, sign: 0, by: 'entry', to: null };
const STEPS: Readonly<Partial<Record<string, Step>>> = {
  ArrowLeft: { ...still, sign: -1 },
  ArrowRight: { ...still, sign: 1 },
  ArrowUp: { ...still, rows: -1 },
  ArrowDown: { ...still, rows: 1 },
  PageUp: { ...still, sign: -1, by: 'page' },
  PageDown: { ...still, sign: 1, by: 'page' },
  Home: { ...still, to: 'first' },
  End: { ...still, to: 'last' },
};
