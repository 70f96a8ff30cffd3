import type { RoleChangeReason } from '../effect.ts';
import type { RaftState, RoleState } from '../RaftState.ts';

/** Told when it is another role: a further round of the same one is seen by its timer and, for a candidate, its term. */
export function changeRole(state: RaftState, to: RoleState, reason: RoleChangeReason): void {
  const from = state.role.type;
  state.role = to;
  if (from !== to.type) state.outbox.report({ type: 'roleChanged', from, to: to.type, reason });
}
