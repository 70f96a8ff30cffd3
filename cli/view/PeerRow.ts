import type { ClusterView, PeerView } from '../../shared/http/ClusterView.ts';
import type { Role } from '../../shared/messages/Status.ts';
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
  const supervised = processes.map((row) => rowOf(row.id, byId.get(row.id), row, timerOf));
  const known = new Set(processes.map(({ id }) => id));
  const others = [...byId].filter(([id]) => !known.has(id)).map(([id, peer]) => rowOf(id, peer, undefined, timerOf));
  return [...supervised, ...others];
}

function rowOf(id: string, peer: PeerView | undefined, process: ProcessRow | undefined, timerOf: TimerOf): PeerRow {
  const isThere = peer?.connected === true && process?.trouble === undefined;
  return {
    id,
    role: isThere ? (peer.role ?? undefined) : undefined,
    state: process?.trouble ?? stateOf(peer, process),
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

function stateOf(peer: PeerView | undefined, process: ProcessRow | undefined): string {
  if (peer === undefined || peer.connections === 0) return process === undefined ? 'never seen' : 'starting';
  if (!peer.connected) return 'disconnected';
  if (peer.role === null) return 'connected';
  // It calls itself leader, but a majority does not answer it.
  if (peer.role === 'leader' && peer.status?.canCommit === false) return 'leader, alone';
  return ROLE_WORDS[peer.role];
}
