import type { Partition } from '../../../../shared/http/Partition.ts';
import type { PeerId } from '../../../../shared/ids.ts';

/** Who can talk to whom: each peer stands in exactly one group. One group alone means no partition. */
export type Groups = readonly (readonly PeerId[])[];

/** A partition being put together: the group of each peer, 0 for A. Peers that it does not name are in A. */
export type Draft = ReadonlyMap<PeerId, number>;

/** The groups in force among these peers. Peers that the partition does not name form one further group together. */
export function groupsInForce(partition: Partition | null, peers: readonly PeerId[]): Groups {
  if (partition === null) return peers.length === 0 ? [] : [peers];
  const known = new Set(peers);
  const named = new Set(partition.groups.flat());
  const groups = partition.groups.map((group) => group.filter((id) => known.has(id)));
  groups.push(peers.filter((id) => !named.has(id)));
  return groups.filter((group) => group.length > 0);
}

/** Whom a client reaches: everybody, unless the partition names it. */
export function reachOf(partition: Partition | null, client: PeerId, peers: readonly PeerId[]): readonly PeerId[] {
  const own = partition?.groups.find((group) => group.includes(client));
  return own === undefined ? peers : peers.filter((id) => own.includes(id));
}

export function groupOf(groups: Groups, peer: PeerId): number {
  return groups.findIndex((group) => group.includes(peer));
}

/** True when frames between the two would have to cross from one group to another. */
export function isCut(groups: Groups, from: PeerId, to: PeerId): boolean {
  return groupOf(groups, from) !== groupOf(groups, to);
}

/** True when the partition cuts the direct way between the two within their group, in either direction. */
export function isLinkCut(partition: Partition | null, one: PeerId, other: PeerId): boolean {
  const joins = ([from, to]: readonly [PeerId, PeerId]): boolean =>
    (from === one && to === other) || (from === other && to === one);
  return partition?.cuts?.some(joins) === true;
}

/** A, B, C, ... for the first 26 groups, then numbers. */
export function groupName(index: number): string {
  return index < 26 ? String.fromCharCode(65 + index) : String(index + 1);
}

export function draftOf(groups: Groups): Draft {
  return new Map(groups.flatMap((group, index) => group.map((id): [PeerId, number] => [id, index])));
}

/** @returns null when it says what is so already: then it is no draft, and follows the partition again */
export function asDraft(draft: Draft, inForce: Groups): Draft | null {
  return sameGroups(groupsOfDraft(draft, inForce.flat()), inForce) ? null : draft;
}

/** These peers in a group of their own, all others as they are. */
export function splitOff(inForce: Groups, members: readonly PeerId[]): Draft {
  return new Map([...draftOf(inForce), ...members.map((id): [PeerId, number] => [id, inForce.length])]);
}

/** The groups that a draft would make, in the order of their letters, empty ones left out. */
export function groupsOfDraft(draft: Draft, peers: readonly PeerId[]): Groups {
  const groups = new Map<number, PeerId[]>();
  for (const id of peers) {
    const index = draft.get(id) ?? 0;
    groups.set(index, [...(groups.get(index) ?? []), id]);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}

/** True when both divide the same peers in the same way, whatever the order. */
export function sameGroups(a: Groups, b: Groups): boolean {
  return canonical(a) === canonical(b);
}

/** As the command line writes it: `p1,p2|p3,p4,p5`. */
export function groupsText(groups: Groups): string {
  return groups.map((group) => group.join(',')).join('|');
}

function canonical(groups: Groups): string {
  return groups
    .map((group) => group.toSorted().join(','))
    .sort()
    .join('|');
}
