import type { ClusterView } from '../../shared/http/ClusterView.ts';
import type { LiveEvent } from '../../shared/http/Live.ts';
import { SIGNING_SPLIT_REMEDY, signingSplitOf, signingSplitText } from '../../shared/http/signingSplit.ts';
import { accountOfMembers, membersToldOf, standingOf } from '../../shared/http/standing.ts';
import { timeOfDay } from '../process/lineLogger.ts';
import type { Colours } from './colours.ts';
import { renderLine, type Line } from './Line.ts';
import { effectOf, formatPartition } from './partitionText.ts';
import { peerRows, type ProcessRow, type TimerOf } from './PeerRow.ts';
import { peerTable, type TableLook } from './peerTable.ts';

/** What the live view shows. */
export interface Screen {
  readonly cluster: string;
  readonly view: ClusterView | undefined;
  /** The processes that this command started; none when it only watches. */
  readonly processes?: readonly ProcessRow[];
  readonly timerOf?: TimerOf | undefined;
  /** What stands in the way, such as a lost feed. */
  readonly notice?: string | undefined;
  readonly events: readonly ScreenEvent[];
}

export type ScreenEvent = Pick<LiveEvent, 'timeMs' | 'text'>;

export interface ScreenLook extends TableLook {
  /** Lines on the terminal. */
  readonly rows: number;
}

const EVENTS_MAX = 10;

/** The whole view as text, never wider or higher than the terminal. */
export function renderScreen(screen: Screen, look: ScreenLook): string {
  const { colours } = look;
  const lines: Line[] = [titleOf(screen, colours), ...networkOf(screen, colours), []];
  lines.push(...peerTable(peerRows(screen.view, screen.processes, screen.timerOf), look));
  lines.push(...clientsOf(screen));
  // One line stays free for the cursor, one for the gap.
  const room = Math.min(EVENTS_MAX, look.rows - lines.length - 2);
  if (room > 0 && screen.events.length > 0) lines.push([], ...eventLines(screen.events.slice(-room), colours));
  return lines
    .slice(0, Math.max(1, look.rows - 1))
    .map((line) => renderLine(line, look.columns))
    .join('\n');
}

function titleOf({ cluster, view, notice }: Screen, colours: Colours): Line {
  const pieces = [{ text: cluster, paint: colours.bold }, { text: '  ' }];
  if (notice !== undefined) return [...pieces, { text: notice, paint: colours.yellow }];
  if (view === undefined || view.peers.length === 0) return [...pieces, { text: 'no peer has connected yet' }];
  const peers = view.peers.filter(({ kind }) => kind === 'peer');
  const told = membersToldOf(accountOfMembers(view.leader, peers));
  const members = peers.filter((peer) => standingOf(peer, told) === 'member');
  const connected = members.filter((peer) => peer.connected).length;
  const others = peers.length - members.length;
  const more = others === 0 ? '' : `, and ${others} that ${others === 1 ? 'is no member' : 'are no members'}`;
  const rest = { text: `, term ${view.term}, ${connected} of ${members.length} peers connected${more}` };
  if (view.leader === null) return [...pieces, { text: 'no leader', paint: colours.yellow }, rest];
  return [...pieces, { text: `leader ${view.leader}`, paint: colours.green }, rest];
}

function networkOf({ view }: Screen, colours: Colours): Line[] {
  if (view === undefined) return [];
  const lines: Line[] = [];
  if (view.partition !== null) {
    const partition = { text: formatPartition(view), paint: colours.magenta };
    lines.push([{ text: 'partition ' }, partition, { text: `; ${effectOf(view)}` }]);
  }
  const { profile, rules } = view.faults;
  if (profile !== 'reliable') lines.push([{ text: 'network ' }, { text: profile, paint: colours.magenta }]);
  if (rules.length > 0) lines.push([{ text: 'rules ' }, { text: rules.join(', '), paint: colours.magenta }]);
  const split = signingSplitOf(view.peers.filter(({ kind, connected }) => kind === 'peer' && connected));
  if (split !== undefined) {
    lines.push([{ text: signingSplitText(split), paint: colours.yellow }, { text: `; ${SIGNING_SPLIT_REMEDY}` }]);
  }
  return lines;
}

/** Those who use the cluster, in one line: they have no role and no timer. */
function clientsOf({ view }: Screen): Line[] {
  const clients = (view?.peers ?? []).filter(({ kind }) => kind === 'client');
  if (clients.length === 0) return [];
  const names = clients.map(({ id, connected }) => `${id}${connected ? '' : ' (disconnected)'}`);
  return [[], [{ text: `clients ${names.join(', ')}` }]];
}

function eventLines(events: readonly ScreenEvent[], colours: Colours): Line[] {
  return events.map(({ timeMs, text }) => [{ text: `${timeOfDay(timeMs)}  `, paint: colours.dim }, { text }]);
}
