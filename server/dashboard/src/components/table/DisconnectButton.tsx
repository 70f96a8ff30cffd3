import { disconnectAction } from '../../connection/actions/peerActions.ts';
import type { PeerView } from '../../../../../shared/http/ClusterView.ts';
import { ActionButton } from '../ActionButton.tsx';

const DISCONNECT_FOR_MS = 5000;

/** Cuts the connection of a peer or client for a while. */
export function DisconnectButton({ view: { id, connected } }: { readonly view: Pick<PeerView, 'id' | 'connected'> }) {
  return (
    <ActionButton
      class="small"
      action={connected ? disconnectAction(id, DISCONNECT_FOR_MS) : null}
      title={connected ? 'Cut its connection and refuse it for 5 seconds' : 'It has no connection'}
    >
      Disconnect<span class="unseen"> {id}</span>
    </ActionButton>
  );
}
