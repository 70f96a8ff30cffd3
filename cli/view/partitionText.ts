import type { ClusterView } from '../../shared/http/ClusterView.ts';
import { accountOfMembers } from '../../shared/http/standing.ts';

export interface Side {
  readonly ids: readonly string[];
  /** No group names them: the peers that are left form one together. */
  readonly isLeftOver: boolean;
}

/**
 * Who can talk to whom, the peers that no group names included; one side when there is no partition. Clients that no group names
 * are on no side.
 */
export function sidesOf({ partition, peers }: Pick<ClusterView, 'partition' | 'peers'>): Side[] {
  const groups = partition?.groups ?? [];
  const named = new Set<string>(groups.flat());
  const ids = peers.filter(({ kind }) => kind === 'peer').map(({ id }) => id as string);
  const left = ids.filter((id) => !named.has(id));
  const sides: Side[] = groups.map((ids) => ({ ids, isLeftOver: false }));
  if (left.length > 0) sides.push({ ids: left, isLeftOver: groups.length > 0 });
  return sides;
}

/** The sides in one line: `p1,p2 | p3,p4,p5 (all others)`. */
export function formatSides(sides: readonly Side[]): string {
  return sides.map(({ ids, isLeftOver }) => `${ids.join(',')}${isLeftOver ? ' (all others)' : ''}`).join(' | ');
}

/** What the partition means for elections: which sides have a majority of the voters. */
export function effectOf(view: Pick<ClusterView, 'leader' | 'partition' | 'peers'>): string {
  const { voters, votersOutgoing } = accountOfMembers(view.leader, view.peers) ?? { voters: [], votersOutgoing: [] };
  if (voters.length === 0) return 'no peer has said yet who votes';
  // While the members change, it takes a majority of the old voters too (paper, section 6).
  const able = sidesOf(view).find(({ ids }) => isMajority(ids, voters) && isMajority(ids, votersOutgoing));
  if (able !== undefined) {
    const count = countIn(able.ids, voters);
    return `${able.ids.join(',')} can have a leader (${count} of ${voters.length} voters)`;
  }
  return `no side has ${majorityOf(voters)} of the ${voters.length} voters, so none can elect a leader`;
}

function isMajority(ids: readonly string[], voters: readonly string[]): boolean {
  return voters.length === 0 || countIn(ids, voters) >= majorityOf(voters);
}

function countIn(ids: readonly string[], voters: readonly string[]): number {
  return ids.filter((id) => voters.includes(id)).length;
}

function majorityOf({ length }: readonly string[]): number {
  return Math.floor(length / 2) + 1;
}
