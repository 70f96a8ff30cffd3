import { useQueues } from '../../hooks/useQueues.ts';
import type { Groups } from '../../model/groups.ts';
import { unusualLinks } from '../../model/unusualLinks.ts';
import type { Picture } from '../../model/Picture.ts';
import { TableCard } from './TableCard.tsx';

const COLUMNS = ['From', 'To', 'State', 'Delivered', 'Dropped', 'Delayed', 'Held'] as const;

interface LinkTableProps {
  readonly picture: Picture;
  readonly inForce: Groups;
  readonly nowMs: number;
}

/** Links that are cut, that lose frames, or on which some wait. Nothing while all are plain. */
export function LinkTable({ picture, inForce, nowMs }: LinkTableProps) {
  const links = unusualLinks(picture, inForce, useQueues(), nowMs);
  if (links.length === 0) return null;
  return (
    <TableCard
      class="link-table"
      id="links-title"
      title="Links with something to tell"
      label="Table of links"
      columns={COLUMNS}
      items={links}
      row={(link) => (
        <tr key={`${link.from}>${link.to}`}>
          <th scope="row">{link.from}</th>
          <td>{link.to}</td>
          <td>{link.isCut ? 'cut' : 'open'}</td>
          <td class="numbers">{Math.round(link.deliveredPerSecond)}/s</td>
          <td class="numbers">{Math.round(link.droppedPerSecond)}/s</td>
          <td class="numbers">{link.delayed}</td>
          <td class="numbers">{link.held}</td>
        </tr>
      )}
    />
  );
}
