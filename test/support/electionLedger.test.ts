import t from 'tap';
import { peerId } from '../../shared/ids.ts';
import type { Message } from '../../shared/protocol.ts';
import { ElectionLedger } from './ElectionLedger.ts';
import { appendEntries, requestVote, voteGranted, voteRefused } from './raftMessages.ts';

const frame = (from: string, to: string, { type, body }: Message) => ({
  ...{ type, body, id: 1 },
  ...{ from: peerId(from), to: peerId(to) },
});

t.test('a quiet history has no violations', async (t) => {
  const ledger = new ElectionLedger();
  ledger.readFrame(frame('p1', 'p2', requestVote(1)));
  ledger.readFrame(frame('p1', 'p3', requestVote(1)));
  ledger.readFrame(frame('p2', 'p1', voteGranted(1)));
  ledger.readFrame(frame('p2', 'p1', voteGranted(1)));
  ledger.readFrame(frame('p3', 'p1', voteRefused(1)));
  ledger.readFrame(frame('p1', 'p2', appendEntries(1)));
  ledger.readStatus('p1', { role: 'leader', term: 1, votedFor: peerId('p1') });
  ledger.readStatus('p2', { role: 'follower', term: 2, votedFor: peerId('p3') });
  ledger.readTrace({
    timeMs: 1,
    cluster: 'demo',
    node: 'p3',
    topic: 'election',
    event: 'roleChanged',
    details: { from: 'candidate', to: 'leader' },
    term: 2,
  });
  t.same(ledger.violations(), []);
  t.same(ledger.termsLed, [1, 2]);
  t.equal(ledger.votesSeen, 3);
});

t.test('two leaders of one term are found, however each was seen', async (t) => {
  const ledger = new ElectionLedger();
  ledger.readFrame(frame('p1', 'p2', appendEntries(4)));
  ledger.readStatus('p2', { role: 'leader', term: 4, votedFor: null });
  ledger.readTrace({
    timeMs: 1,
    cluster: 'demo',
    node: 'p3',
    topic: 'election',
    event: 'roleChanged',
    details: { from: 'candidate', to: 'leader' },
    term: 4,
  });
  t.match(ledger.violations(), [/^term 4 had 3 leaders: p1 .*, p2 .*, p3 /]);
});

t.test('a second vote in one term is found: for another, or against the own candidacy', async (t) => {
  const ledger = new ElectionLedger();
  ledger.readFrame(frame('p1', 'p2', voteGranted(4)));
  ledger.readFrame(frame('p1', 'p3', voteGranted(4)));
  ledger.readFrame(frame('p2', 'p3', requestVote(4)));
  ledger.readStatus('p2', { role: 'follower', term: 4, votedFor: peerId('p3') });
  t.match(ledger.violations(), [/^p1 in term 4 voted 2 times: p2 .*, p3 /, /^p2 in term 4 voted 2 times: p2 .*, p3 /]);
});

t.test('a term that was told and then forgotten is found', async (t) => {
  const ledger = new ElectionLedger();
  for (const term of [1, 3, 3, 2]) {
    const body = { role: 'follower', term, votedFor: null };
    ledger.readFrame({ type: 'Status', from: peerId('p1'), to: '@relay', id: 1, body });
  }
  t.match(ledger.violations(), ['p1 told term 3 and then 2']);
});
