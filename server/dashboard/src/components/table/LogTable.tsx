import type { Status } from '../../../../../shared/messages/Status.ts';
import type { Picture, SeenPeer } from '../../model/Picture.ts';
import { TableCard } from './TableCard.tsx';

const COLUMNS = [
  'Peer',
  'Log',
  'Snapshot',
  'Durable',
  'Applied',
  'Committed',
  'Terms',
  'Leader: next / match',
] as const;
/** Older ones are counted. */
const RUNS_SHOWN = 6;

/** The indexes of every log, as the peers told them. */
export function LogTable({ picture }: { readonly picture: Picture }) {
  const told = picture.peers.filter(({ view }) => view.status !== null);
  if (told.length === 0) return null;
  const leader = picture.peers.find(({ view }) => view.id === picture.leader)?.view.status ?? null;
  return (
    <TableCard
      class="log-table"
      id="logs-title"
      title="Logs"
      label="Table of logs"
      columns={COLUMNS}
      items={told}
      row={(peer) => <LogRow key={peer.view.id} {...{ peer, leader }} />}
    />
  );
}

function LogRow({ peer: { view }, leader }: { readonly peer: SeenPeer; readonly leader: Status | null }) {
  const { status } = view;
  if (status === null) return null;
  const progress = leader?.progress?.find(({ peer }) => peer === view.id);
  return (
    <tr data-connected={view.connected}>
      <th scope="row">{view.id}</th>
      <td class="numbers">
        {status.lastLogIndex === 0 ? 'empty' : `${status.firstLogIndex} to ${status.lastLogIndex}`}
      </td>
      <td class="numbers">{status.snapshotIndex === 0 ? 'none' : status.snapshotIndex}</td>
      <td class="numbers">{status.durableIndex}</td>
      <td class="numbers">{status.lastApplied}</td>
      <td class="numbers">{status.commitIndex}</td>
      <td class="wraps numbers">{termsText(status)}</td>
      <td class="numbers">{progress === undefined ? '' : `${progress.nextIndex} / ${progress.matchIndex}`}</td>
    </tr>
  );
}

/** `term 3 from 1, term 5 from 17` */
function termsText({ terms }: Status): string {
  if (terms === undefined) return 'not told';
  const shown = terms.slice(-RUNS_SHOWN).map(({ term, firstIndex }) => `term ${term} from ${firstIndex}`);
  const older = terms.length - shown.length;
  return [...(older > 0 ? [`${older} older`] : []), ...shown].join(', ');
}
