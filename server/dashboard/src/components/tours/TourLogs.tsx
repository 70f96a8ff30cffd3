import { useStore } from '../../hooks/useStore.ts';
import { lastOf, logRows } from '../../model/log/rows.ts';
import { termAt } from '../../model/log/runs.ts';
import type { Selection } from '../../model/Selection.ts';
import { termColourOf } from '../../model/termColour.ts';

/** So many indexes fit beside the ring. */
const COLUMNS = 6;

/** The ends of all logs as the paper draws them: a row a peer, a column an index, in each cell the term of its entry. */
export function TourLogs({ selection }: { readonly selection: Selection | null }) {
  const { picture } = useStore();
  const now = picture.value;
  if (now === null) return null;
  const rows = logRows(now);
  const meant = selection?.kind === 'entry' ? selection.index : Infinity;
  const first = Math.max(1, Math.min(meant - 2, lastOf(rows) - COLUMNS + 1));
  const indexes = Array.from({ length: COLUMNS }, (_, at) => first + at);
  return (
    <table class="tour-logs">
      <caption>Ends of the logs: terms of entries, filled when committed</caption>
      <thead>
        <tr>
          <th scope="col">index</th>
          {indexes.map((index) => (
            <th key={index} scope="col" data-meant={index === meant}>
              {index}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ peer, runs, commit }) => (
          <tr key={peer}>
            <th scope="row">{peer}</th>
            {indexes.map((index) => {
              const term = termAt(runs, index);
              if (term === null) return <td key={index} />;
              const isCommitted = index <= commit;
              return (
                <td key={index} data-term={termColourOf(term)} data-committed={isCommitted}>
                  {term}
                  <span class="unseen">{isCommitted ? ', committed' : ', not committed'}</span>
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
