import type { Role } from '../../../shared/messages/Status.ts';
import type { RoleChangeReason } from '../event.ts';
import type { RaftState, RoleState } from '../RaftState.ts';

export function changeRole(state: RaftState, to: RoleState, reason: RoleChangeReason): void {
  const from = roleOf(state);
  state.role = to;
  state.outbox.report({ type: 'roleChanged', from, to: roleOf(state), reason });
}

/** A follower that is no voter is a learner, or waits to become one. */
export function roleOf(state: RaftState): Role {
  return state.role.type === 'follower' && !state.mayStand ? 'learner' : state.role.type;
}
