import type { ComponentChild } from 'preact';
import { useState } from 'preact/hooks';

interface TableCardProps<Item> {
  readonly class: string;
  /** Of the heading, which names the card. */
  readonly id: string;
  readonly title: string;
  /** What the scrolled part is called by a screen reader. */
  readonly label: string;
  readonly columns: readonly string[];
  readonly items: readonly Item[];
  readonly row: (item: Item) => ComponentChild;
}

/** Rows that are drawn unless more are asked for, and how many more at a time: every row is drawn anew four times a second. */
export const ROWS_MAX = 50;
export const ROWS_MORE = 250;

/** A table with its heading, which scrolls sideways by itself where it is too wide. */
export function TableCard<Item>({ class: name, id, title, label, columns, items, row }: TableCardProps<Item>) {
  const [rowsMax, setRowsMax] = useState(ROWS_MAX);
  const left = items.length - rowsMax;
  return (
    <section class={`card ${name}`} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <div class="table-scroll" tabIndex={0} role="group" aria-label={label}>
        <table>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{items.slice(0, rowsMax).map(row)}</tbody>
        </table>
      </div>
      {left > 0 && (
        <button type="button" class="small" onClick={() => setRowsMax(rowsMax + ROWS_MORE)}>
          {left > ROWS_MORE ? `Show ${ROWS_MORE} more of ${items.length}` : `Show all ${items.length}`}
        </button>
      )}
    </section>
  );
}
