import { useStore } from '../../hooks/useStore.ts';
import { electionTimerOf } from '../../model/aging.ts';
import { crownOf } from '../../model/crown.ts';
import { connectionText, heardText, roleText, shownRoleOf, votesText } from '../../model/describePeer.ts';
import { groupName, type Groups, groupOf } from '../../model/groups.ts';
import type { Picture, SeenPeer } from '../../model/Picture.ts';
import { termColourOf } from '../../model/termColour.ts';
import { CrownIcon } from '../CrownIcon.tsx';
import { RoleIcon } from '../RoleIcon.tsx';
import { DisconnectButton } from './DisconnectButton.tsx';
import { TableCard } from './TableCard.tsx';
import { TimerMeter } from './TimerMeter.tsx';

interface PeerTableProps {
  readonly picture: Picture;
  readonly inForce: Groups;
  readonly nowMs: number;
}

const COLUMNS = [
  'Peer',
  'Role',
  'Term',
  'Voted for',
  'Leader',
  'Connection',
  'Heard from',
  'Election timer',
  'Log / commit',
] as const;

/** Everything that the ring shows, as a table. */
export function PeerTable(props: PeerTableProps) {
  const { picture, inForce } = props;
  const may = useStore().may.value;
  const columns = [...COLUMNS, ...(inForce.length > 1 ? ['Group'] : []), ...(may === 'everything' ? ['Action'] : [])];
  const signersExist = picture.peers.some(({ view }) => view.connected && view.signs === true);
  return (
    <TableCard
      class="peers"
      id="peers-title"
      title="Peers"
      label="Table of peers"
      columns={columns}
      items={picture.peers}
      row={(peer) => <PeerRow key={peer.view.id} {...props} {...{ peer, signersExist }} />}
    />
  );
}

interface PeerRowProps extends PeerTableProps {
  readonly peer: SeenPeer;
  /** Whoever does not sign is heard by none of these. */
  readonly signersExist: boolean;
}

function PeerRow({ peer, inForce, nowMs, signersExist }: PeerRowProps) {
  const { view } = peer;
  const may = useStore().may.value;
  const isUnsigned = view.connected && view.signs === false && signersExist;
  return (
    <tr data-connected={view.connected}>
      <th scope="row">{view.id}</th>
      <td class="wraps">
        <RoleCell peer={peer} />
      </td>
      <td>
        {view.term !== null && (
          <span class="term-chip" data-term={termColourOf(view.term)}>
            {view.term}
          </span>
        )}
      </td>
      <td>{view.votedFor ?? 'nobody'}</td>
      <td>{view.leader ?? 'unknown'}</td>
      <td title={view.remoteAddress ?? ''}>
        {connectionText(peer, nowMs)}
        {isUnsigned && <span class="muted">, does not sign</span>}
      </td>
      <td class="numbers">{heardText(peer, nowMs)}</td>
      <td>
        <TimerCell peer={peer} />
      </td>
      <td class="numbers">{view.lastLogIndex === null ? '' : `${view.lastLogIndex} / ${view.commitIndex ?? 0}`}</td>
      {inForce.length > 1 && <td>{groupName(groupOf(inForce, view.id))}</td>}
      {may === 'everything' && (
        <td>
          <DisconnectButton view={view} />
        </td>
      )}
    </tr>
  );
}

function RoleCell({ peer }: { readonly peer: SeenPeer }) {
  const crown = crownOf(peer);
  const votes = votesText(peer);
  return (
    <span class="role-cell">
      <RoleIcon role={shownRoleOf(peer)} />
      <span>{roleText(peer)}</span>
      {crown !== null && <CrownIcon kind={crown} size={16} />}
      {crown === 'hollow' && <span class="muted">{peer.doubt === 'silent' ? 'says nothing' : 'cannot commit'}</span>}
      {votes !== null && <span class="muted">{votes}</span>}
    </span>
  );
}

function TimerCell({ peer }: { readonly peer: SeenPeer }) {
  const timer = electionTimerOf(peer);
  if (timer === null) return <span class="muted">{peer.view.role === 'leader' ? 'none while leading' : ''}</span>;
  return <TimerMeter peer={peer} timer={timer} />;
}
