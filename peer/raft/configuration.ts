import type { PeerId } from '../../shared/ids.ts';
import type { Configuration } from '../../shared/messages/Configuration.ts';

/** How many of a group are more than half of it. */
export function majorityOf(count: number): number {
  return Math.floor(count / 2) + 1;
}

/** Whether those for whom the predicate holds decide in this configuration: a majority of each of its groups of voters. */
export function isQuorum(configuration: Configuration, has: (peer: PeerId) => boolean): boolean {
  return groupsOf(configuration).every((group) => group.filter(has).length >= majorityOf(group.length));
}

/**
 * The greatest value that a quorum has reached: with match indexes, what a majority holds;
 * with times of last contact, since when one has been heard. Of an empty configuration: minus infinity.
 */
export function quorumValue(configuration: Configuration, valueOf: (peer: PeerId) => number): number {
  const { voters, votersOutgoing } = configuration;
  const value = majorityValue(voters, valueOf);
  return votersOutgoing.length === 0 ? value : Math.min(value, majorityValue(votersOutgoing, valueOf));
}

/** Asked several times in every step of a leader, so the few values are put in order as they come. */
function majorityValue(group: readonly PeerId[], valueOf: (peer: PeerId) => number): number {
  const descending: number[] = [];
  for (const peer of group) {
    const value = valueOf(peer);
    let at = descending.push(value) - 1;
    for (let above = descending[at - 1]; above !== undefined && above < value; above = descending[at - 1]) {
      descending[at] = above;
      at -= 1;
    }
    descending[at] = value;
  }
  return descending[majorityOf(group.length) - 1] ?? Number.NEGATIVE_INFINITY;
}

function groupsOf({ voters, votersOutgoing }: Configuration): (readonly PeerId[])[] {
  return votersOutgoing.length === 0 ? [voters] : [voters, votersOutgoing];
}

export function isJoint(configuration: Configuration): boolean {
  return configuration.votersOutgoing.length > 0;
}

export function isVoter({ voters, votersOutgoing }: Configuration, peer: PeerId): boolean {
  return voters.includes(peer) || votersOutgoing.includes(peer);
}

export function isMember(configuration: Configuration, peer: PeerId): boolean {
  return isVoter(configuration, peer) || configuration.learners.includes(peer);
}

export function membersOf({ voters, votersOutgoing, learners }: Configuration): Set<PeerId> {
  return new Set([...voters, ...votersOutgoing, ...learners]);
}

/** What a cluster consists of that nobody has founded: a peer waiting to be added. */
export const NO_CONFIGURATION: Configuration = { voters: [], votersOutgoing: [], learners: [] };

export function configurationOf(voters: readonly PeerId[], learners: readonly PeerId[] = []): Configuration {
  return { voters: [...voters], votersOutgoing: [], learners: [...learners] };
}

/** The first half of a change: the new voters beside the old ones (paper, section 6). */
export function jointOf(current: Configuration, target: MembershipTarget): Configuration {
  return { voters: [...target.voters], votersOutgoing: [...current.voters], learners: [...target.learners] };
}

/** The second half: the new voters alone. */
export function finalOf(joint: Configuration): Configuration {
  return { voters: joint.voters, votersOutgoing: [], learners: joint.learners };
}

export interface MembershipTarget {
  readonly voters: readonly PeerId[];
  readonly learners: readonly PeerId[];
}
