import type { ElectionTimer } from '../../../../shared/messages/Status.ts';
import type { SeenPeer } from './Picture.ts';

/** What an age that the relay gave has become since it arrived. */
export function agedMs(peer: SeenPeer, msAgo: number | null, nowMs: number): number | null {
  return msAgo === null ? null : msAgo + Math.max(0, nowMs - peer.receivedAtMs);
}

export function heardMsAgo(peer: SeenPeer, nowMs: number): number | null {
  return peer.heardAtMs === null ? null : Math.max(0, nowMs - peer.heardAtMs);
}

/** How much longer the relay refuses this peer's connections; 0 when it does not. */
export function refusedForMs(peer: SeenPeer, nowMs: number): number {
  const { refusedForMs: left } = peer.view;
  return left === null ? 0 : Math.max(0, left - (nowMs - peer.receivedAtMs));
}

/** The peer's own account of its timer, to be counted on. Null while it leads, is away, never told, or is no member. */
export function electionTimerOf(peer: SeenPeer): ElectionTimer | null {
  if (peer.standing !== 'member') return null;
  return (peer.view.connected ? peer.view.status?.electionTimer : undefined) ?? null;
}

/**
 * What is left of the election timer; 0 when it is overdue. Counted on from what the peer told, or from the newest frame
 * that its leader got through to it: that resets a follower's timer, to a timeout that only its next status will tell.
 */
export function timerRemainingMs(peer: SeenPeer, timer: ElectionTimer, nowMs: number): number {
  const toldAtMs = peer.receivedAtMs - (peer.view.statusMsAgo ?? 0);
  const { leaderHeardAtMs } = peer;
  const isReset = peer.view.role === 'follower' && leaderHeardAtMs !== null && leaderHeardAtMs > toldAtMs;
  const endsAtMs = isReset ? leaderHeardAtMs + timer.timeoutMs : toldAtMs + timer.remainingMs;
  return Math.max(0, Math.min(timer.timeoutMs, endsAtMs - nowMs));
}
