import type { RoleChangeReason } from '../effect.ts';
import type { RaftState, RoleState } from '../RaftState.ts';

export function changeRole(state: RaftState, to: RoleState, reason: RoleChangeReason): void {
  const from = state.role.type;
  state.role = to;
  state.outbox.report({ type: 'roleChanged', from, to: to.type, reason });
}
