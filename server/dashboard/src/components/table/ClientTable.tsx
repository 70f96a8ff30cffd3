import { useStore } from '../../hooks/useStore.ts';
import { connectionText, heardText } from '../../model/describePeer.ts';
import { reachOf } from '../../model/groups.ts';
import type { Picture, SeenPeer } from '../../model/Picture.ts';
import { DisconnectButton } from './DisconnectButton.tsx';
import { TableCard } from './TableCard.tsx';

interface ClientTableProps {
  readonly picture: Picture;
  readonly nowMs: number;
}

const COLUMNS = ['Client', 'Connection', 'Heard from', 'Reaches'] as const;

/** Who uses the cluster: no part of the ring, and there only while connected. Nothing when nobody does. */
export function ClientTable({ picture, nowMs }: ClientTableProps) {
  const may = useStore().may.value;
  const { clients } = picture;
  if (clients.length === 0) return null;
  const columns = [...COLUMNS, ...(may === 'everything' ? ['Action'] : [])];
  return (
    <TableCard
      class="clients"
      id="clients-title"
      title="Clients"
      label="Table of clients"
      columns={columns}
      items={clients}
      row={(client) => (
        <tr key={client.view.id} data-connected={client.view.connected}>
          <th scope="row">{client.view.id}</th>
          <td title={client.view.remoteAddress ?? ''}>{connectionText(client, nowMs)}</td>
          <td class="numbers">{heardText(client, nowMs)}</td>
          <td class="wraps">{reachText(picture, client)}</td>
          {may === 'everything' && (
            <td>
              <DisconnectButton view={client.view} />
            </td>
          )}
        </tr>
      )}
    />
  );
}

function reachText(picture: Picture, client: SeenPeer): string {
  const ids = picture.peers.map(({ view }) => view.id);
  const reached = reachOf(picture.partition, client.view.id, ids);
  if (reached.length === ids.length) return 'all peers';
  return reached.length === 0 ? 'no peer' : reached.join(', ');
}
