import type { ComponentChildren } from 'preact';

interface TableCardProps {
  readonly class: string;
  /** Of the heading, which names the card. */
  readonly id: string;
  readonly title: string;
  /** What the scrolled part is called by a screen reader. */
  readonly label: string;
  readonly columns: readonly string[];
  /** The rows. */
  readonly children: ComponentChildren;
}

/** A table with its heading, which scrolls sideways by itself where it is too wide. */
export function TableCard({ class: name, id, title, label, columns, children }: TableCardProps) {
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
          <tbody>{children}</tbody>
        </table>
      </div>
    </section>
  );
}
