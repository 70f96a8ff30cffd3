import t from 'tap';
import { appendEntries, entriesOf } from '../support/raftMessages.ts';
import { ScriptedRaft } from '../support/scriptedRaft.ts';

t.test('E43: a pre-candidate whose requests still wait for the disk does not ask again', async (t) => {
  const peer = new ScriptedRaft({ preset: 'default', term: 1, autoPersist: false });
  peer.receive('p2', appendEntries(1, { entries: entriesOf(1) }));
  peer.reachDeadline();
  t.equal(peer.role, 'preCandidate');
  const asked = peer.asked.length;
  for (let timeouts = 0; timeouts < 50; timeouts += 1) peer.reachDeadline();
  t.equal(peer.asked.length, asked, 'the requests of one round wait, however long the disk takes');
  peer.persisted();
  t.equal(peer.bodiesSent('PreVote').length, 2);
  peer.reachDeadline();
  t.equal(peer.bodiesSent('PreVote').length, 4, 'and then it asks once a timeout');
});
