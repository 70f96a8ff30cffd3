import { isolateAction } from '../../connection/actions/networkActions.ts';
import { disconnectAction, timeoutAction } from '../../connection/actions/peerActions.ts';
import { transferAction } from '../../connection/actions/memberActions.ts';
import type { Picture, SeenPeer } from '../../model/Picture.ts';
import { shownRoleOf } from '../../model/describePeer.ts';
import { isolated } from '../../model/shapes.ts';
import { ActionButton } from '../ActionButton.tsx';
import { ProcessButtons } from './ProcessButtons.tsx';

const DISCONNECT_FOR_MS = 5000;

interface PeerControlsProps {
  readonly picture: Picture;
  readonly peer: SeenPeer;
}

/** What can be done to one peer, by the network, by Raft, and to its process. */
export function PeerControls({ picture, peer }: PeerControlsProps) {
  const { id, connected } = peer.view;
  const role = shownRoleOf(peer);
  const ids = picture.peers.map(({ view }) => view.id);
  const alone = isolated(id, ids);
  const isVoter = role !== null && role !== 'learner';
  return (
    <div class="peer-controls" role="group" aria-label={`What is done to ${id}`}>
      <div class="row">
        <ActionButton
          class="small"
          action={alone === null ? null : isolateAction(id, alone)}
          title="On its own, all others together, in place of the partition in force"
        >
          Isolate
        </ActionButton>
        <ActionButton
          class="small"
          action={connected ? disconnectAction(id, DISCONNECT_FOR_MS) : null}
          title={connected ? 'Its connection is cut and refused for 5 seconds' : 'It has no connection'}
        >
          Disconnect for 5 s
        </ActionButton>
        <ActionButton
          class="small"
          action={connected && isVoter && role !== 'leader' ? timeoutAction(id) : null}
          title={
            role === 'leader'
              ? 'A leader has no election timer'
              : !connected || !isVoter
                ? 'Only a voter that is connected stands for election'
                : 'Its election timer counts as run out (E). It stands, unless it hears a leader itself'
          }
        >
          Time out
        </ActionButton>
        <ActionButton
          class="small"
          action={connected && isVoter && picture.leader !== null && picture.leader !== id ? transferAction(id) : null}
          title={
            picture.leader === null
              ? 'There is no leader who could hand over'
              : picture.leader === id
                ? 'It leads already'
                : !connected || !isVoter
                  ? 'Only a voter that is connected can lead'
                  : `${picture.leader} lets it catch up and steps back`
          }
        >
          Let it lead
        </ActionButton>
      </div>
      <ProcessButtons picture={picture} id={id} />
    </div>
  );
}
