import type { ClusterView, PeerView } from '../../shared/http/ClusterView.ts';
import type { Role } from '../../shared/messages/Status.ts';
import {
  accountOfMembers,
  membersToldOf,
  STANDING_WORDS,
  standingOf,
  type Standing,
} from '../../shared/http/standing.ts';
import { ROLE_WORDS } from '../../shared/roleWords.ts';
import { timerTold, type TimerNow } from '../live/ClusterPicture.ts';

/** What is known of a peer's process by whoever started it. */
export interface ProcessRow {
  readonly id: string;
  readonly pid: number | undefined;
  readonly restarts: number;
  /** What is up with it while it does not run, such as `restarting`. */
  readonly trouble: string | undefined;
}

/** One peer as the table shows it. */
export interface PeerRow {
  readonly id: string;
  readonly role: Role | undefined;
  /** The role in words, or what is in its way. */
  readonly state: string;
  readonly standing: Standing;
  readonly term: number | undefined;
  readonly leader: string | undefined;
  readonly heardMsAgo: number | undefined;
  readonly timer: TimerNow | undefined;
  readonly refusedForMs: number | undefined;
  readonly pid: number | undefined;
  /** Undefined where nobody counts them. */
  readonly restarts: number | undefined;
}

export type TimerOf = (peer: PeerView) => TimerNow | undefined;

/**
 * One row for each peer that the relay or the supervisor knows.
 * @param timerOf tells the election timers as they are now; without it they are shown as they were told
 */
export function peerRows(
  view: ClusterView | undefined,
  processes: readonly ProcessRow[] = [],
  timerOf: TimerOf = timerTold,
): PeerRow[] {
  const peers = (view?.peers ?? []).filter(({ kind }) => kind === 'peer');
  const byId = new Map(peers.map((peer) => [peer.id as string, peer]));
  const members = view && membersToldOf(accountOfMembers(view.leader, peers));
  const row = (id: string, peer: PeerView | undefined, process: ProcessRow | undefined): PeerRow =>
    rowOf({ id, peer, process, standing: peer === undefined ? 'member' : shownStandingOf(peer, members) }, timerOf);
  const supervised = processes.map((process) => row(process.id, byId.get(process.id), process));
  const known = new Set(processes.map(({ id }) => id));
  const others = [...byId].filter(([id]) => !known.has(id)).map(([id, peer]) => row(id, peer, undefined));
  return [...supervised, ...others];
}

/** A leader that is removed leads until that is committed. */
function shownStandingOf(peer: PeerView, members: ReadonlySet<string> | undefined): Standing {
  return peer.connected && peer.role === 'leader' ? 'member' : standingOf(peer, members);
}

interface Shown {
  readonly id: string;
  readonly peer: PeerView | undefined;
  readonly process: ProcessRow | undefined;
  readonly standing: Standing;
}

function rowOf({ id, peer, process, standing }: Shown, timerOf: TimerOf): PeerRow {
  const isThere = peer?.connected === true && process?.trouble === undefined && standing === 'member';
  return {
    id,
    standing,
    role: isThere ? (peer.role ?? undefined) : undefined,
    state: process?.trouble ?? outsideOf(peer, standing) ?? stateOf(peer, process),
    // What a peer said last still holds of its term, but who leads is another matter.
    term: peer?.term ?? undefined,
    leader: isThere ? (peer.leader ?? undefined) : undefined,
    heardMsAgo: peer?.heardMsAgo ?? undefined,
    timer: isThere ? timerOf(peer) : undefined,
    refusedForMs: peer?.refusedForMs ?? undefined,
    pid: process === undefined ? peer?.status?.pid : process.pid,
    restarts: process?.restarts,
  };
}

/** One that has connected and said nothing yet is no more than that. */
function outsideOf(peer: PeerView | undefined, standing: Standing): string | undefined {
  const isMute = peer?.connected === true && peer.status === null;
  return standing === 'member' || isMute ? undefined : STANDING_WORDS[standing];
}

function stateOf(peer: PeerView | undefined, process: ProcessRow | undefined): string {
  if (peer === undefined || peer.connections === 0) return process === undefined ? 'never seen' : 'starting';
  if (!peer.connected) return 'disconnected';
  if (peer.role === null) return 'connected';
  // It calls itself leader, but a majority does not answer it.
  if (peer.role === 'leader' && peer.status?.canCommit === false) return 'leader, alone';
  return ROLE_WORDS[peer.role];
}
