import type { PeerId } from '../../shared/ids.ts';
import type { Endpoint } from './Endpoint.ts';

/** Who leads, as the peers themselves tell it. */
export interface Leadership {
  /** The leader of the highest term among connected peers that call themselves leader; null when none does. */
  readonly leader: PeerId | null;
  /** That leader's term; 0 without one. */
  readonly leaderTerm: number;
  /** The highest term that any peer reported, which may be above the leader's; 0 when none did. */
  readonly term: number;
}

export function leadershipOf(endpoints: Iterable<Endpoint>): Leadership {
  let leader: PeerId | null = null;
  let leaderTerm = 0;
  let term = 0;
  for (const { id, isEphemeral, connection, status } of endpoints) {
    if (status === undefined || isEphemeral) continue;
    term = Math.max(term, status.term);
    if (connection === undefined || status.role !== 'leader') continue;
    if (leader === null || status.term > leaderTerm) {
      leader = id;
      leaderTerm = status.term;
    }
  }
  return { leader, leaderTerm, term };
}
