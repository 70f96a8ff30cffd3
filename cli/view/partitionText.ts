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

/** Directed links that a partition cuts within its sides, named after its shape; at most this many by name. */
const CUTS_NAMED_MAX = 6;

/** The whole partition in one line: its sides, and what is cut within them. */
export function formatPartition(view: Pick<ClusterView, 'partition' | 'peers'>): string {
  const { shape, cuts = [], absences = [] } = view.partition ?? {};
  const sides = sidesOf(view);
  const named = cuts.slice(0, CUTS_NAMED_MAX).map(([from, to]) => `${from} to ${to}`);
  const further = cuts.length > named.length ? [`${cuts.length - named.length} more`] : [];
  const parts = [
    ...(sides.length > 1 ? [formatSides(sides)] : []),
    ...(cuts.length > 0 ? [`cut: ${[...named, ...further].join(', ')}`] : []),
    ...(absences.length > 0 ? [absencesText(absences, view.peers)] : []),
  ];
  return `${shape === undefined ? '' : `${shape}: `}${parts.join('; ')}`;
}

function absencesText(absences: readonly { readonly id: string }[], peers: ClusterView['peers']): string {
  const lost = peers.filter(({ isLost }) => isLost === true).map(({ id }) => id);
  const now = lost.length === 0 ? 'none is away now' : `away now: ${lost.join(', ')}`;
  return `${absences.map(({ id }) => id).join(', ')} leave and come back in turn, ${now}`;
}

/** What the partition means for elections at this moment: which sides have a majority of the voters. */
export function effectOf(view: Pick<ClusterView, 'leader' | 'partition' | 'peers'>): string {
  const { voters, votersOutgoing } = accountOfMembers(view.leader, view.peers) ?? { voters: [], votersOutgoing: [] };
  if (voters.length === 0) return 'no peer has said yet who votes';
  // While the members change, it takes a majority of the old voters too (paper, section 6).
  const isAble = (ids: readonly string[]): boolean => isMajority(ids, voters) && isMajority(ids, votersOutgoing);
  const lost = new Set<string>(view.peers.filter(({ isLost }) => isLost === true).map(({ id }) => id));
  const able = sidesOf(view)
    .map(({ ids }) => ({ ids: ids.filter((id) => !lost.has(id)) }))
    .find(({ ids }) => isAble(ids));
  const { cuts = [] } = view.partition ?? {};
  if (able !== undefined && cuts.length > 0) {
    const leaders = voters.filter(
      (voter) => able.ids.includes(voter) && isAble(reachedBothWays(voter, able.ids, cuts)),
    );
    if (leaders.length === 0) return 'no peer reaches a majority both ways, so none can lead for long';
    return `${leaders.join(',')} reach a majority both ways and can lead`;
  }
  if (able !== undefined) {
    const count = countIn(able.ids, voters);
    return `${able.ids.join(',')} can have a leader (${count} of ${voters.length} voters)`;
  }
  return `no side has ${majorityOf(voters)} of the ${voters.length} voters, so none can elect a leader`;
}

function reachedBothWays(
  peer: string,
  ids: readonly string[],
  cuts: readonly (readonly [string, string])[],
): readonly string[] {
  const isCut = (one: string, other: string): boolean => cuts.some(([from, to]) => from === one && to === other);
  return ids.filter((other) => other === peer || (!isCut(peer, other) && !isCut(other, peer)));
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
