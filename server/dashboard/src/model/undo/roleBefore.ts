import type { MembersAnswer } from '../../../../../shared/http/KeyValueAnswers.ts';
import type { PeerId } from '../../../../../shared/ids.ts';

/** What a peer was in the cluster; null when it was no member. */
export function roleBefore({ members }: MembersAnswer, peer: PeerId): 'voter' | 'learner' | null {
  return members.find(({ id }) => id === peer)?.role ?? null;
}
