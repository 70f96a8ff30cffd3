import type { RaftState } from './RaftState.ts';
import { invariant } from './invariant.ts';

/** Commits up to `index` and hands what is new to the state machine, each entry once and in order. */
export function commitTo(state: RaftState, index: number): void {
  invariant(index <= state.log.lastIndex, `cannot commit ${index}: the log ends at ${state.log.lastIndex}`);
  if (index <= state.commitIndex) return;
  state.commitIndex = index;
  state.outbox.report({ type: 'committed', commitIndex: index });
  const firstIndex = state.lastApplied + 1;
  state.outbox.apply(firstIndex, state.log.slice(firstIndex, index - state.lastApplied));
  state.lastApplied = index;
}
