import { violated } from './invariant.ts';
import { standOrNot } from './membership.ts';
import { bytesOf } from './log/Log.ts';
import type { RaftState } from './RaftState.ts';

/** Commits up to `index` and hands out what is new, each entry once and in order. */
export function commitTo(state: RaftState, index: number): void {
  const { log, outbox } = state;
  if (index > log.lastIndex) violated(`cannot commit ${index}: the log ends at ${log.lastIndex}`);
  if (index <= state.commitIndex) return;
  state.commitIndex = index;
  if (state.options.wantsDetails()) outbox.report({ type: 'committed', commitIndex: index });
  const firstIndex = state.handedOut + 1;
  const entries = log.range(firstIndex, index);
  state.unappliedBytes += bytesOf(entries);
  outbox.do({ type: 'apply', firstIndex, entries });
  state.handedOut = index;
  standOrNot(state);
}
