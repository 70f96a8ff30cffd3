import type { Role } from '../../../shared/messages/Status.ts';
import type { RoleChangeReason } from '../event.ts';
import type { RaftState, RoleState } from '../RaftState.ts';

/** Told when it is another role: a further round of the same one is seen by its timer and, for a candidate, its term. */
export function changeRole(state: RaftState, to: RoleState, reason: RoleChangeReason): void {
  const from = roleOf(state);
  state.role = to;
  const now = roleOf(state);
  if (from !== now) state.outbox.report({ type: 'roleChanged', from, to: now, reason });
}

/** A follower that is no voter is a learner, or waits to become one. */
export function roleOf(state: RaftState): Role {
  return state.role.type === 'follower' && !state.mayStand ? 'learner' : state.role.type;
}
