import { disconnectAction } from '../../connection/Action.ts';
import { useStore } from '../../hooks/useStore.ts';
import { electionTimerOf } from '../../model/aging.ts';
import { crownOf } from '../../model/crown.ts';
import { connectionText, heardText, roleText, shownRoleOf, votesText } from '../../model/describePeer.ts';
import { groupName, type Groups, groupOf } from '../../model/groups.ts';
import type { Picture, SeenPeer } from '../../model/Picture.ts';
import { termColourOf } from '../../model/termColour.ts';
import { ActionButton } from '../ActionButton.tsx';
import { CrownIcon } from '../CrownIcon.tsx';
import { RoleIcon } from '../RoleIcon.tsx';
import { TimerMeter } from './TimerMeter.tsx';

interface PeerTableProps {
  readonly picture: Picture;
  readonly inForce: Groups;
  readonly nowMs: number;
}

const DISCONNECT_FOR_MS = 5000;

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
  const signersExist = picture.peers.some(({ view }) => view.connected && view.signs === true);
  return (
    <section class="card peers" aria-labelledby="peers-title">
      <h2 id="peers-title">Peers</h2>
      <div class="table-scroll" tabIndex={0} role="group" aria-label="Table of peers">
        <table>
          <thead>
            <tr>
              {COLUMNS.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
              {inForce.length > 1 && <th scope="col">Group</th>}
              {may === 'everything' && <th scope="col">Action</th>}
            </tr>
          </thead>
          <tbody>
            {picture.peers.map((peer) => (
              <PeerRow key={peer.view.id} {...props} {...{ peer, signersExist }} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
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
          <ActionButton
            class="small"
            action={view.connected ? disconnectAction(view.id, DISCONNECT_FOR_MS) : null}
            title={view.connected ? 'Cut its connection and refuse it for 5 seconds' : 'It has no connection'}
          >
            Disconnect<span class="unseen"> {view.id}</span>
          </ActionButton>
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
      {crown === 'hollow' && <span class="muted">cannot commit</span>}
      {votes !== null && <span class="muted">{votes}</span>}
    </span>
  );
}

function TimerCell({ peer }: { readonly peer: SeenPeer }) {
  const timer = electionTimerOf(peer);
  if (timer === null) return <span class="muted">{peer.view.role === 'leader' ? 'none while leading' : ''}</span>;
  return <TimerMeter peer={peer} timer={timer} />;
}
