import type { Status } from '../messages/Status.ts';
import type { PeerView } from './ClusterView.ts';

/**
 * How a peer that a relay knows stands to its cluster.
 *
 * - `member`: it votes or learns, or nobody has told yet who does
 * - `removed`: it was a member and is none any more, whatever it thinks itself
 * - `stranger`: it is no member, and as far as anybody knows never was
 */
export type Standing = 'member' | 'removed' | 'stranger';

/** In place of a role, which means nothing outside the cluster. */
export const STANDING_WORDS: Readonly<Record<Exclude<Standing, 'member'>, string>> = {
  removed: 'removed',
  stranger: 'not a member',
};

interface Teller {
  readonly id: string;
  readonly status: Status | null | undefined;
}

/**
 * Whose account of the members holds: the leader's, or without one, that of whoever has committed most. A peer that was removed
 * stops committing, so its own, older account does not win.
 * @returns undefined when nobody has told of any voter
 */
export function accountOfMembers(leader: string | null, endpoints: Iterable<Teller>): Status | undefined {
  let best: Status | undefined;
  for (const { id, status } of endpoints) {
    if (status == null || status.voters.length === 0) continue;
    if (id === leader) return status;
    if (best === undefined || isNewer(status, best)) best = status;
  }
  return best;
}

/** Voters, those on their way out too, and learners; undefined when nobody has told. */
export function membersToldOf(account: Status | undefined): ReadonlySet<string> | undefined {
  if (account === undefined) return undefined;
  return new Set([...account.voters, ...account.votersOutgoing, ...account.learners]);
}

/** @param members as `membersToldOf` gives them */
export function standingOf(
  { id, connections, status }: Pick<PeerView, 'id' | 'connections' | 'status'>,
  members: ReadonlySet<string> | undefined,
): Standing {
  // One that waits to be added calls itself a learner, of nobody.
  if (members === undefined) return status?.role === 'learner' ? 'stranger' : 'member';
  if (members.has(id)) return 'member';
  // Only members are sent a configuration, and one that never connected is known from somebody's voters alone.
  return connections === 0 || (status?.voters.length ?? 0) > 0 ? 'removed' : 'stranger';
}

function isNewer(one: Status, other: Status): boolean {
  const difference =
    one.commitIndex - other.commitIndex || one.configurationIndex - other.configurationIndex || one.term - other.term;
  return difference > 0;
}
