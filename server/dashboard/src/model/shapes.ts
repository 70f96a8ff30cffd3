import type { PeerId } from '../../../../shared/ids.ts';
import type { Groups } from './groups.ts';

/** How many of n make a majority. */
export function majorityOf(n: number): number {
  return Math.floor(n / 2) + 1;
}

/** One peer on its own, the others together; null when there are no others. */
export function isolated(peer: PeerId | null, peers: readonly PeerId[]): Groups | null {
  if (peer === null || !peers.includes(peer) || peers.length < 2) return null;
  return [[peer], peers.filter((id) => id !== peer)];
}

/**
 * The largest minority against the rest, with the leader on the losing side: the partition from which Raft has the most
 * to show. Peers that are away are on that side too, so that the other one can elect. Null with fewer than three peers, where no
 * minority is smaller than its majority.
 * @param absent peers that have no connection
 */
export function majorityAndMinority(
  leader: PeerId | null,
  peers: readonly PeerId[],
  absent: ReadonlySet<PeerId> = new Set(),
): Groups | null {
  if (peers.length < 3) return null;
  const size = peers.length - majorityOf(peers.length);
  const start = Math.max(0, leader === null ? 0 : peers.indexOf(leader));
  const fromLeader = [...peers.slice(start), ...peers.slice(0, start)];
  const isFirst = (id: PeerId): boolean => id === leader || absent.has(id);
  const minority = new Set([...fromLeader.filter(isFirst), ...fromLeader.filter((id) => !isFirst(id))].slice(0, size));
  return [peers.filter((id) => minority.has(id)), peers.filter((id) => !minority.has(id))];
}

/** The first half against the second. With an even number of peers neither side has a majority. */
export function halves(peers: readonly PeerId[]): Groups | null {
  if (peers.length < 2) return null;
  const middle = Math.floor(peers.length / 2);
  return [peers.slice(0, middle), peers.slice(middle)];
}
