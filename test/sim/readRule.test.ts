import t from 'tap';
import { peerId } from '../../shared/ids.ts';
import { ReadRule } from '../../sim/ReadRule.ts';
import { readIndex, readIndexReply } from '../support/raftMessages.ts';

const [p1, p2] = [peerId('p1'), peerId('p2')];

/** Of p1, where as much is committed as the test says. */
function stage(): { reads: ReadRule; commits: (index: number) => void } {
  let committedThrough = 5;
  return { reads: new ReadRule(p1, () => committedThrough), commits: (index) => (committedThrough = index) };
}

t.test('a read of its own is answered from what was committed when it came, or later', async (t) => {
  const { reads, commits } = stage();
  reads.takes({ type: 'read', requestId: 1, nowMs: 0 });
  commits(7);
  reads.takes({ type: 'read', requestId: 2, nowMs: 0 });
  t.doesNotThrow(() => reads.does({ type: 'readReady', requestId: 1, index: 5 }));
  t.throws(() => reads.does({ type: 'readReady', requestId: 2, index: 6 }), {
    name: 'SimulationFailure',
    message: /a stale read: p1 answers the read 2 from 6, but 7 was committed when it came/,
  });
  t.doesNotThrow(() => reads.does({ type: 'readReady', requestId: 2, index: 7 }));
});

t.test('so is one that a follower asks about; a double of its question asks for nothing more', async (t) => {
  const { reads, commits } = stage();
  const asks = (readId: number): void =>
    reads.takes({ type: 'message', from: p2, id: 1, message: readIndex(1, readId), nowMs: 0 });
  const answers = (readId: number, index: number): void =>
    reads.does({ type: 'send', id: 1, to: p2, after: 0, message: readIndexReply(1, readId, index) });
  asks(8);
  commits(7);
  asks(8);
  asks(9);
  t.doesNotThrow(() => answers(8, 5));
  t.throws(() => answers(9, 6), { message: /the read p2\/9 from 6, but 7 was committed/ });
});

t.test('what nobody asked for, or what was refused, is not answered', async (t) => {
  const { reads } = stage();
  t.throws(() => reads.does({ type: 'readReady', requestId: 1, index: 9 }), { message: /which nobody asked for/ });
  reads.takes({ type: 'read', requestId: 2, nowMs: 0 });
  reads.does({ type: 'refused', requestId: 2, reason: 'leaderChanged' });
  t.throws(() => reads.does({ type: 'readReady', requestId: 2, index: 9 }), { message: /which nobody asked for/ });
});
