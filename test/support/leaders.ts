import type { Outcome } from './scriptedRaft.ts';
import type { Progress } from '../../peer/raft/Progress.ts';
import { appended } from './raftMessages.ts';
import { ScriptedRaft, type ScriptedRaftOptions } from './scriptedRaft.ts';

/** A leader that committed the no-op of its term, with the followers named in agreement; nothing waits to be sent. */
export function reigning(options: ScriptedRaftOptions = {}, followers: readonly string[] = ['p2', 'p3']): ScriptedRaft {
  const leader = new ScriptedRaft({ preset: 'default', noOpOnElection: true, ...options });
  leader.becomeLeader();
  acknowledge(leader, ...followers);
  leader.takeSent();
  leader.takeOutcomes();
  return leader;
}

/** The peers answer all that was sent to them, and what is sent because of that, until nothing is. */
export function acknowledge(leader: ScriptedRaft, ...peers: readonly string[]): void {
  for (let round = 0; round < 100; round += 1) {
    const sent = leader.sent.filter(({ to, message }) => peers.includes(to) && message.type === 'AppendEntries');
    if (sent.length === 0) return;
    leader.sent = leader.sent.filter((send) => !sent.includes(send));
    for (const { to, id, message } of sent) {
      if (message.type !== 'AppendEntries') continue;
      const { prevLogIndex, entries, round: answered } = message.body;
      const more = { prevLogIndex, round: answered, inReplyTo: id };
      if (leader.role === 'leader') leader.receive(to, appended(leader.term, prevLogIndex + entries.length, more));
    }
  }
  throw new Error('the leader never comes to rest');
}

type Known = Pick<Progress, 'mode' | 'nextIndex' | 'matchIndex'>;

/** What a leader's status says of a follower. */
export function progressOf(leader: ScriptedRaft, peer: string): Known | undefined {
  const found = leader.status.progress?.find((progress) => progress.peer === peer);
  if (found === undefined) return undefined;
  const { mode, nextIndex, matchIndex } = found;
  return { mode, nextIndex, matchIndex };
}

export function outcomesOf<Type extends Outcome['type']>(
  outcomes: readonly Outcome[],
  type: Type,
): Extract<Outcome, { type: Type }>[] {
  return outcomes.filter((outcome): outcome is Extract<Outcome, { type: Type }> => outcome.type === type);
}
