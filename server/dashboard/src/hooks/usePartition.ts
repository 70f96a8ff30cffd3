import { useStore } from './useStore.ts';
import type { PeerId } from '../../../../shared/ids.ts';
import { asDraft, type Draft, draftOf, groupsInForce, type Groups, groupsOfDraft } from '../model/groups.ts';

export interface PartitionDraft {
  readonly inForce: Groups;
  /** What is being put together, or what is in force while nothing is. */
  readonly draft: Draft;
  readonly draftGroups: Groups;
  readonly isChanged: boolean;
  /** How many groups can be chosen. */
  readonly letters: number;
  /** @param groupAfter the new group, from the one it is in */
  readonly put: (peer: PeerId, groupAfter: (group: number) => number) => void;
  readonly reset: () => void;
}

/** The partition in force, and the one being put together. */
export function usePartition(): PartitionDraft {
  const { picture, view } = useStore();
  const ids = picture.value?.peers.map((peer) => peer.view.id) ?? [];
  const inForce = groupsInForce(picture.value?.partition ?? null, ids);
  const draft = view.draft.value ?? draftOf(inForce);
  return {
    ...{ inForce, draft },
    draftGroups: groupsOfDraft(draft, ids),
    isChanged: view.draft.value !== null,
    letters: Math.max(
      Math.min(Math.max(3, inForce.length), Math.max(1, ids.length)),
      1 + Math.max(0, ...draft.values()),
    ),
    put: (peer, groupAfter) => {
      const from = view.draft.peek() ?? draftOf(inForce);
      view.draft.value = asDraft(new Map([...from, [peer, groupAfter(from.get(peer) ?? 0)]]), inForce);
    },
    reset: () => (view.draft.value = null),
  };
}
