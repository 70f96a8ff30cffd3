import type { Entry } from '../../shared/messages/Entry.ts';
import { forwardRead } from './forwardedReads.ts';
import { entryBytes } from './log/Log.ts';
import type { Proposal } from './input.ts';
import type { RaftState } from './RaftState.ts';
import { takeRead } from './reads.ts';
import { appendAsLeader } from './replication.ts';

/** Puts commands into the log, if this peer leads: all of one call in one write and one message a follower. */
export function propose(state: RaftState, proposals: readonly Proposal[]): void {
  const { role, outbox, log, currentTerm } = state;
  if (role.type !== 'leader') return proposals.forEach(({ requestId }) => outbox.refuse(requestId, 'notLeader'));
  if (role.transfer !== null) return proposals.forEach(({ requestId }) => outbox.refuse(requestId, 'transferring'));
  const entries: Entry[] = [];
  // What is committed and not applied counts as well: a state machine that is too slow would be given more and more.
  let bytes = role.uncommittedBytes + state.unappliedBytes;
  let isFull = false;
  for (const { requestId, command } of proposals) {
    const entry: Entry = { term: currentTerm, type: 'command', command };
    // One that is too large for the bound alone still passes when nothing else waits. So does the first of a term: without a no-op
    // nothing else would commit what earlier terms left, however much that is (paper, section 8).
    const passes = bytes === 0 || (entries.length === 0 && log.lastTerm !== currentTerm);
    isFull ||= !passes && bytes + entryBytes(entry) > state.options.uncommittedBytesMax;
    // A smaller one behind it must not overtake it.
    if (isFull) {
      outbox.refuse(requestId, 'overloaded');
      continue;
    }
    bytes += entryBytes(entry);
    entries.push(entry);
    outbox.do({ type: 'accepted', requestId, index: log.lastIndex + entries.length, term: currentTerm });
  }
  if (entries.length > 0) appendAsLeader(state, role, entries);
}

/** Finds out up to where must be applied: as the leader, or by asking it (thesis, 6.4). */
export function read(state: RaftState, requestId: number): void {
  const { role } = state;
  if (role.type === 'leader') takeRead(state, role, { type: 'own', requestId });
  else forwardRead(state, requestId);
}
