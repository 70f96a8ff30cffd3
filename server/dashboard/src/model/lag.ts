import type { PeerId } from '../../../../shared/ids.ts';
import type { Picture } from './Picture.ts';

/** By how many entries a peer is behind the leader, as the leader knows it; null when nobody leads, or it does not say. */
export function lagOf({ leader, peers }: Picture, id: PeerId): number | null {
  const status = peers.find(({ view }) => view.id === leader)?.view.status ?? null;
  const progress = status?.progress?.find(({ peer }) => peer === id);
  if (status === null || progress === undefined) return null;
  return Math.max(0, status.lastLogIndex - progress.matchIndex);
}
