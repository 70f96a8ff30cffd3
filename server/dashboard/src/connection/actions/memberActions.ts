import type { PeerId } from '../../../../../shared/ids.ts';
import { roleBefore } from '../../model/undo/roleBefore.ts';
import type { Action, Before, Inverse } from './Actions.ts';

/** A new voter catches up first. */
const CHANGE_WAIT_MS = 60_000;
const NOT_KNOWN: Inverse = { none: 'Who was a member before is not known.' };

type MemberRole = 'voter' | 'learner';

/** @param was what it is now; the command line has a word of its own for making a learner a voter */
export function setMemberAction(peer: PeerId, role: MemberRole, was: MemberRole | null): Action {
  return {
    label: was === null ? `Add ${peer} as ${role}` : `Make ${peer} a ${role}`,
    method: 'PUT',
    path: `/members/${peer}`,
    body: { role },
    words:
      was === 'learner' && role === 'voter'
        ? ['member', 'promote', peer]
        : ['member', 'add', peer, ...(role === 'learner' ? ['--learner'] : [])],
    needs: 'admin',
    asks: ['members'],
    waitMs: CHANGE_WAIT_MS,
    inverse: (before) => roleAsBefore(before, peer, role),
  };
}

export function removeMemberAction(peer: PeerId): Action {
  return {
    label: `Remove ${peer}`,
    method: 'DELETE',
    path: `/members/${peer}`,
    body: undefined,
    words: ['member', 'remove', peer],
    needs: 'admin',
    asks: ['members'],
    waitMs: CHANGE_WAIT_MS,
    inverse: (before) => roleAsBefore(before, peer, null),
  };
}

/** Hands leadership over; undone, it goes back to whoever had it. */
export function transferAction(to: PeerId): Action {
  return {
    label: `Hand leadership to ${to}`,
    method: 'POST',
    path: '/transfer',
    body: { to },
    words: ['transfer', to],
    needs: 'admin',
    asks: ['members'],
    inverse: ({ members }) => {
      if (members === undefined) return NOT_KNOWN;
      const { leader } = members;
      if (leader === null || leader === to) return { none: 'Nobody else led before.' };
      return { ...transferAction(leader), note: 'The term does not go back.' };
    },
  };
}

function roleAsBefore({ members }: Before, peer: PeerId, now: MemberRole | null): Inverse {
  if (members === undefined) return NOT_KNOWN;
  const was = roleBefore(members, peer);
  if (was === now) return { none: 'It was so before.' };
  return was === null ? removeMemberAction(peer) : setMemberAction(peer, was, now);
}
