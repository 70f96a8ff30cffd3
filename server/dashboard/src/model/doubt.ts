import { isMajority, makeVoters } from './voters.ts';
import type { Picture, SeenPeer } from './Picture.ts';

/**
 * Why a leader's own word that it can commit does not hold any more: an account is as old as the last change in it, and one that is
 * stopped takes nothing back.
 *
 * - `paused`: its process is
 * - `outdone`: the relay sees another lead
 * - `over`: too many of its voters are in a later term for the rest to be a majority
 * - `silent`: nothing came from it for longer than any follower waits
 */
export type Doubt = 'paused' | 'outdone' | 'over' | 'silent';

/** Frames are told of in steps, and some come late: so much later than a follower would, the page calls a leader silent. */
const LATE_MS = 500;

/** @param picture all but the doubts in it is of now */
export function doubtOf(peer: SeenPeer, picture: Picture): Doubt | null {
  const { id, connected, role, status } = peer.view;
  if (role !== 'leader' || !connected || status === null) return null;
  if (picture.processes?.processes.some((process) => process.id === id && process.state === 'paused') === true) {
    return 'paused';
  }
  if (picture.leader !== null && picture.leader !== id) return 'outdone';
  const voters = makeVoters(status.voters, status.votersOutgoing);
  const later = new Set(picture.peers.filter(({ view }) => (view.term ?? 0) > status.term).map(({ view }) => view.id));
  if (voters.all.length > 0 && !isMajority(voters, new Set(voters.all.filter((voter) => !later.has(voter))))) {
    return 'over';
  }
  // Its heartbeats show that it lives, where it has anybody to send them to; its status is told anew only when it changes.
  const hasOthers = voters.all.length > 1;
  const silentMs = peer.heardAtMs === null ? 0 : picture.receivedAtMs - peer.heardAtMs;
  return hasOthers && silentMs > status.electionTimeoutMsMin + LATE_MS ? 'silent' : null;
}
