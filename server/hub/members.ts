import type { MembersAnswer } from '../../shared/http/KeyValueAnswers.ts';
import { accountOfMembers } from '../../shared/http/standing.ts';
import type { PeerId } from '../../shared/ids.ts';
import type { Cluster } from './Cluster.ts';

/** Who belongs to a cluster, by the account of its leader, or without one, of whoever has committed most. */
export function membersOf({ roster, leadership }: Cluster): MembersAnswer {
  const { leader, term } = leadership;
  const { voters = [], learners = [], votersOutgoing = [] } = accountOfMembers(leader, roster) ?? {};
  const isConnected = (id: PeerId): boolean => roster.get(id)?.connection !== undefined;
  return {
    ...{ leader, term },
    members: [
      ...voters.map((id) => ({ id, role: 'voter' as const, connected: isConnected(id) })),
      ...learners.map((id) => ({ id, role: 'learner' as const, connected: isConnected(id) })),
    ],
    changing: votersOutgoing.length > 0,
  };
}
