import { useQueues } from '../../hooks/useQueues.ts';
import type { Groups } from '../../model/groups.ts';
import { unusualLinks } from '../../model/unusualLinks.ts';
import type { Picture } from '../../model/Picture.ts';

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
    <section class="card link-table" aria-labelledby="links-title">
      <h2 id="links-title">Links with something to tell</h2>
      <div class="table-scroll" tabIndex={0} role="group" aria-label="Table of links">
        <table>
          <thead>
            <tr>
              {['From', 'To', 'State', 'Delivered', 'Dropped', 'Delayed', 'Held'].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {links.map((link) => (
              <tr key={`${link.from}>${link.to}`}>
                <th scope="row">{link.from}</th>
                <td>{link.to}</td>
                <td>{link.isCut ? 'cut' : 'open'}</td>
                <td class="numbers">{Math.round(link.deliveredPerSecond)}/s</td>
                <td class="numbers">{Math.round(link.droppedPerSecond)}/s</td>
                <td class="numbers">{link.delayed}</td>
                <td class="numbers">{link.held}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
