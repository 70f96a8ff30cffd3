import type { ClusterView } from '../../shared/http/ClusterView.ts';

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
export function effectOf(view: Pick<ClusterView, 'partition' | 'peers'>): string {
  const voters = votersOf(view);
  if (voters.size === 0) return 'no peer has said yet who votes';
  const majority = Math.floor(voters.size / 2) + 1;
  const able = sidesOf(view).flatMap(({ ids }) => {
    const count = ids.filter((id) => voters.has(id)).length;
    return count >= majority ? [`${ids.join(',')} can have a leader (${count} of ${voters.size} voters)`] : [];
  });
  return able[0] === undefined
    ? `no side has ${majority} of the ${voters.size} voters, so none can elect a leader`
    : able[0];
}

function votersOf({ peers }: Pick<ClusterView, 'peers'>): ReadonlySet<string> {
  return new Set(peers.flatMap(({ status }) => status?.voters ?? []));
}
