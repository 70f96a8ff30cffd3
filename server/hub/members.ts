import type { MembersAnswer } from '../../shared/http/KeyValueAnswers.ts';
import type { PeerId } from '../../shared/ids.ts';
import type { Status } from '../../shared/messages/Status.ts';
import type { Cluster } from './Cluster.ts';

/** Who belongs to a cluster, by the account of its leader, or without one, of whoever is in the highest term. */
export function membersOf({ roster, leadership }: Cluster): MembersAnswer {
  const { leader, term } = leadership;
  const status = (leader === null ? undefined : roster.get(leader)?.status) ?? newest(roster);
  const isConnected = (id: PeerId): boolean => roster.get(id)?.connection !== undefined;
  const { voters = [], learners = [], votersOutgoing = [] } = status ?? {};
  return {
    ...{ leader, term },
    members: [
      ...voters.map((id) => ({ id, role: 'voter' as const, connected: isConnected(id) })),
      ...learners.map((id) => ({ id, role: 'learner' as const, connected: isConnected(id) })),
    ],
    changing: votersOutgoing.length > 0,
  };
}

/** Of two in one term, the one that has committed more knows the newer members. */
function newest(endpoints: Iterable<{ readonly status: Status | undefined }>): Status | undefined {
  let best: Status | undefined;
  for (const { status } of endpoints) {
    if (status === undefined || status.voters.length === 0) continue;
    const isNewer =
      best === undefined ||
      status.term > best.term ||
      (status.term === best.term && status.commitIndex > best.commitIndex);
    if (isNewer) best = status;
  }
  return best;
}
