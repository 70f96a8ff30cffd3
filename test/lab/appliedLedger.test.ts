import t from 'tap';
import { AppliedLedger } from './AppliedLedger.ts';

t.test('tells how many applied an index, and what', async (t) => {
  const ledger = new AppliedLedger(3);
  t.same(ledger.committed(1), { count: 0, command: undefined });
  ledger.applied(0, 1, 'a');
  ledger.applied(2, 1, 'a');
  ledger.applied(2, 2, 'b');
  t.same(ledger.committed(1), { count: 2, command: 'a' });
  t.same(ledger.committed(2), { count: 1, command: 'b' });
  t.equal(ledger.highestIndex, 2);
});

t.test('two peers that apply different commands at one index are a breach for good', async (t) => {
  const ledger = new AppliedLedger(2);
  ledger.applied(0, 1, 'a');
  ledger.applied(1, 1, 'b');
  ledger.applied(1, 2, 'c');
  const breach = { message: 'apply error: commit index=1 server=1 b != server=0 a' };
  t.throws(() => ledger.check(), breach);
  t.throws(() => ledger.committed(2), breach);
});

t.test('a gap and a repetition are breaches', async (t) => {
  const gap = new AppliedLedger(1);
  gap.applied(0, 2, 'b');
  t.throws(() => gap.check(), { message: 'apply error: server 0 apply out of order: 2 after 0' });
  const repetition = new AppliedLedger(1);
  repetition.applied(0, 1, 'a');
  repetition.applied(0, 1, 'a');
  t.throws(() => repetition.check(), { message: 'apply error: server 0 apply out of order: 1 after 1' });
});

t.test('what a peer applied counts while it is down, and not any more when it comes back', async (t) => {
  const ledger = new AppliedLedger(2);
  for (const [at, command] of ['a', 'b', 'c'].entries()) ledger.applied(0, at + 1, command);
  ledger.restarted(0, ['a', 'b']);
  t.equal(ledger.committed(2).count, 1);
  t.equal(ledger.committed(3).count, 0);
  ledger.applied(0, 3, 'c');
  ledger.check();
});

t.test(
  'a snapshot takes the place of what a peer holds, agrees with the others, and never takes it back',
  async (t) => {
    const ledger = new AppliedLedger(2);
    for (const [at, command] of ['a', 'b', 'c'].entries()) ledger.applied(0, at + 1, command);
    ledger.applied(1, 1, 'a');
    ledger.restored(1, ['a', 'b', 'c']);
    t.same(ledger.commandsOf(1), ['a', 'b', 'c']);
    ledger.check();
    const other = new AppliedLedger(2);
    other.applied(0, 1, 'a');
    other.restored(1, ['x']);
    t.throws(() => other.check(), /commit index=1 server=1 x != server=0 a/);
    ledger.restored(1, ['a']);
    t.throws(() => ledger.check(), /restores a snapshot of 1 commands over 3/);
  },
);
