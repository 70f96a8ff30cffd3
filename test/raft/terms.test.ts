import t from 'tap';
import { appendEntries, requestVote } from '../support/raftMessages.ts';
import { ScriptedRaft } from '../support/scriptedRaft.ts';

t.test('a message in the own name is ignored, whatever it says', async (t) => {
  const leader = new ScriptedRaft({ preset: 'lab', log: [1, 1] });
  leader.becomeLeader();
  const term = leader.term;
  for (const message of [appendEntries(term), appendEntries(term + 5), requestVote(term + 5)]) {
    t.same(leader.receive('p1', message), []);
  }
  t.equal(leader.role, 'leader');
  t.equal(leader.term, term);
});
