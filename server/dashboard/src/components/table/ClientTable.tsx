import { disconnectAction } from '../../connection/Action.ts';
import { useStore } from '../../hooks/useStore.ts';
import { connectionText, heardText } from '../../model/describePeer.ts';
import { reachOf } from '../../model/groups.ts';
import type { Picture, SeenPeer } from '../../model/Picture.ts';
import { ActionButton } from '../ActionButton.tsx';

interface ClientTableProps {
  readonly picture: Picture;
  readonly nowMs: number;
}

const DISCONNECT_FOR_MS = 5000;

/** Who uses the cluster: no part of the ring, and there only while connected. Nothing when nobody does. */
export function ClientTable({ picture, nowMs }: ClientTableProps) {
  const may = useStore().may.value;
  const { clients } = picture;
  if (clients.length === 0) return null;
  return (
    <section class="card clients" aria-labelledby="clients-title">
      <h2 id="clients-title">Clients</h2>
      <div class="table-scroll" tabIndex={0} role="group" aria-label="Table of clients">
        <table>
          <thead>
            <tr>
              {['Client', 'Connection', 'Heard from', 'Reaches', ...(may === 'everything' ? ['Action'] : [])].map(
                (name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {clients.map((client) => (
              <tr key={client.view.id} data-connected={client.view.connected}>
                <th scope="row">{client.view.id}</th>
                <td title={client.view.remoteAddress ?? ''}>{connectionText(client, nowMs)}</td>
                <td class="numbers">{heardText(client, nowMs)}</td>
                <td class="wraps">{reachText(picture, client)}</td>
                {may === 'everything' && (
                  <td>
                    <ActionButton
                      class="small"
                      action={client.view.connected ? disconnectAction(client.view.id, DISCONNECT_FOR_MS) : null}
                      title={
                        client.view.connected
                          ? 'Cut its connection and refuse it for 5 seconds'
                          : 'It has no connection'
                      }
                    >
                      Disconnect<span class="unseen"> {client.view.id}</span>
                    </ActionButton>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function reachText(picture: Picture, client: SeenPeer): string {
  const ids = picture.peers.map(({ view }) => view.id);
  const reached = reachOf(picture.partition, client.view.id, ids);
  if (reached.length === ids.length) return 'all peers';
  return reached.length === 0 ? 'no peer' : reached.join(', ');
}
