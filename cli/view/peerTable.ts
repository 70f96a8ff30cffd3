import type { Colours } from './colours.ts';
import { formatDuration } from './durations.ts';
import { fit, type Line, type Piece } from './Line.ts';
import type { PeerRow } from './PeerRow.ts';

export interface TableLook {
  /** Characters in a line. */
  readonly columns: number;
  readonly colours: Colours;
  /** Whether block characters can be shown. */
  readonly blocks: boolean;
}

interface Column {
  readonly title: string;
  readonly width: number;
  readonly cell: (row: PeerRow) => Piece;
}

const GAP = '  ';
const NAME_WIDTH_MAX = 16;
const BAR_WIDTH = 10;
const NOTHING: Piece = { text: '-' };

/** The table of a cluster's peers. Columns that do not fit are left out, the least telling first. */
export function peerTable(rows: readonly PeerRow[], look: TableLook): Line[] {
  const columns = chooseColumns(rows, look);
  const header: Line = columns.map(({ title, width }, at) => ({
    text: pad(title, width, at === columns.length - 1),
    paint: look.colours.dim,
  }));
  return [header, ...rows.map((row) => lineOf(row, columns))];
}

function lineOf(row: PeerRow, columns: readonly Column[]): Line {
  return columns.map(({ width, cell }, at) => {
    const { text, paint } = cell(row);
    return { text: pad(text, width, at === columns.length - 1), paint };
  });
}

function pad(text: string, width: number, isLast: boolean): string {
  const fitted = fit(text, width);
  return isLast ? fitted : fitted.padEnd(width) + GAP;
}

function chooseColumns(rows: readonly PeerRow[], look: TableLook): Column[] {
  const { peer, role, term, leader, heard, bar, timer, pid, restarts } = columnsOf(rows, look);
  const withRestarts = rows.some((row) => row.restarts !== undefined) ? [restarts] : [];
  const choices = [
    [peer, role, term, leader, heard, bar, pid, ...withRestarts],
    [peer, role, term, leader, heard, bar, pid],
    [peer, role, term, leader, heard, bar],
    [peer, role, term, leader, heard, timer],
    [peer, role, term, leader, timer],
    [peer, role, term, leader],
    [peer, role, term],
  ];
  return choices.find((columns) => widthOf(columns) <= look.columns) ?? [peer, role];
}

function widthOf(columns: readonly Column[]): number {
  return columns.reduce((total, { width }) => total + width, 0) + GAP.length * (columns.length - 1);
}

function columnsOf(rows: readonly PeerRow[], look: TableLook) {
  const { colours } = look;
  const nameWidth = Math.min(NAME_WIDTH_MAX, Math.max(4, ...rows.map(({ id }) => id.length)));
  const termWidth = Math.max(4, ...rows.map((row) => String(row.term ?? '').length));
  return {
    peer: { title: 'PEER', width: nameWidth, cell: ({ id }) => ({ text: id, paint: colours.bold }) },
    role: { title: 'ROLE', width: 13, cell: (row) => ({ text: row.state, paint: paintOf(row, colours) }) },
    term: { title: 'TERM', width: termWidth, cell: ({ term }) => optional(term) },
    leader: { title: 'LEADER', width: Math.max(6, nameWidth), cell: (row) => optional(row.leader) },
    heard: { title: 'HEARD', width: 6, cell: ({ heardMsAgo }) => age(heardMsAgo) },
    bar: { title: 'ELECTION TIMER', width: BAR_WIDTH + 7, cell: (row) => barOf(row, look) },
    timer: { title: 'TIMER', width: 6, cell: ({ timer }) => age(timer?.remainingMs) },
    pid: { title: 'PID', width: 7, cell: (row) => optional(row.pid) },
    restarts: { title: 'RESTARTS', width: 8, cell: (row) => optional(row.restarts) },
  } satisfies Record<string, Column>;
}

function optional(value: string | number | undefined): Piece {
  return value === undefined ? NOTHING : { text: String(value) };
}

function age(durationMs: number | undefined): Piece {
  return durationMs === undefined ? NOTHING : { text: formatDuration(durationMs) };
}

function barOf({ timer, refusedForMs }: PeerRow, { colours, blocks }: TableLook): Piece {
  if (refusedForMs !== undefined) return { text: `refused, ${formatDuration(refusedForMs)}`, paint: colours.red };
  if (timer === undefined) return NOTHING;
  const share = timer.timeoutMs <= 0 ? 0 : Math.min(1, timer.remainingMs / timer.timeoutMs);
  const full = Math.round(share * BAR_WIDTH);
  const [on, off] = blocks ? ['\u2588', '\u2591'] : ['#', '.'];
  return {
    text: `${on.repeat(full)}${off.repeat(BAR_WIDTH - full)} ${formatDuration(timer.remainingMs)}`,
    paint: timer.remainingMs === 0 ? colours.yellow : colours.cyan,
  };
}

/** The word tells the role; the colour only repeats it. */
function paintOf({ role, state, standing }: PeerRow, colours: Colours): Piece['paint'] {
  if (standing !== 'member') return colours.dim;
  if (state === 'leader') return colours.green;
  if (role === 'leader' || role === 'candidate' || role === 'preCandidate') return colours.yellow;
  if (role === undefined && state !== 'starting' && state !== 'connected') return colours.red;
  return undefined;
}
