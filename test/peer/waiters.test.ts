import t from 'tap';
import type { Outcome } from '../../peer/machine/Sessions.ts';
import { Waiters, type Settle } from '../../peer/replica/Waiters.ts';
import { peerId } from '../../shared/ids.ts';
import type { WhitewaterError } from '../../shared/errors.ts';

class Stage {
  readonly waiters = new Waiters(() => peerId('p2'));
  /** How each request ended, in order. */
  readonly ends: [name: string, end: unknown][] = [];

  settle<Value>(name: string): Settle<Value> {
    return {
      resolve: (value) => void this.ends.push([name, value]),
      reject: ({ code, definite }: WhitewaterError) => void this.ends.push([name, { code, definite }]),
    };
  }

  /** A proposal that stands in the log. */
  accepted(name: string, index: number, term: number): number {
    const requestId = this.waiters.proposal(this.settle<Outcome>(name));
    this.waiters.accepted({ type: 'accepted', requestId, index, term });
    return requestId;
  }
}

const done = (result: unknown): Outcome => ({ type: 'result', result });
const LOST = { code: 'PROPOSAL_LOST', definite: true };
const UNKNOWN = { code: 'OUTCOME_UNKNOWN', definite: false };

t.test('G54: what is applied at an index answers only whose entry it is, by its term', async (t) => {
  const stage = new Stage();
  stage.accepted('mine', 5, 3);
  stage.accepted('another', 6, 3);
  stage.waiters.applied(4, 3, done('x'));
  t.same(stage.ends, []);
  stage.waiters.applied(5, 3, done('y'));
  stage.waiters.applied(6, 4, done("the next leader's"));
  t.same(stage.ends, [
    ['mine', done('y')],
    ['another', LOST],
  ]);
  stage.waiters.applied(6, 4, done('again'));
  t.equal(stage.ends.length, 2, 'each once');
  t.equal(stage.waiters.count, 0);
});

t.test(
  'G54: no waiter hangs: a snapshot in place of the log, a stop, and a refusal end the wait, and say how',
  async (t) => {
    const stage = new Stage();
    const { waiters } = stage;
    stage.accepted('under the snapshot', 5, 3);
    stage.accepted('behind it', 9, 3);
    waiters.skipped(8);
    t.same(stage.ends, [['under the snapshot', UNKNOWN]]);
    const refused = waiters.proposal(stage.settle<Outcome>('refused'));
    waiters.refused({ type: 'refused', requestId: refused, reason: 'notLeader' });
    t.same(stage.ends.at(-1), ['refused', { code: 'NOT_LEADER', definite: true }]);
    waiters.proposal(stage.settle<Outcome>('not in the log'));
    waiters.read(stage.settle<number>('a read'));
    waiters.transfer(stage.settle<null>('a transfer'));
    waiters.stop();
    t.same(stage.ends.slice(2), [
      ['not in the log', { code: 'PEER_STOPPED', definite: true }],
      ['a read', { code: 'PEER_STOPPED', definite: true }],
      ['a transfer', UNKNOWN],
      ['behind it', UNKNOWN],
    ]);
    t.equal(waiters.count, 0);
  },
);

t.test('G55: an index promised twice: the first command may win after all, and the second is lost', async (t) => {
  // S1 takes C2's command at index 2 in term 1, loses its reign, leads again in term 3 and takes C4's at index 2 as well;
  // then the entry of term 1 turns out to be on a majority.
  const first = new Stage();
  first.accepted('C2', 2, 1);
  first.accepted('C4', 2, 3);
  first.waiters.applied(2, 1, done('of C2'));
  t.same(first.ends, [
    ['C2', done('of C2')],
    ['C4', LOST],
  ]);
  const second = new Stage();
  second.accepted('C2', 2, 1);
  second.accepted('C4', 2, 3);
  second.waiters.applied(2, 3, done('of C4'));
  t.same(second.ends, [
    ['C2', LOST],
    ['C4', done('of C4')],
  ]);
});

t.test('G54: who no longer waits is told nothing, and whether it may still happen', async (t) => {
  const stage = new Stage();
  const inLog = stage.accepted('in the log', 5, 3);
  stage.accepted('beside it', 5, 4);
  const read = stage.waiters.read(stage.settle<number>('a read'));
  t.equal(stage.waiters.forget(inLog), true);
  t.equal(stage.waiters.forget(read), false);
  stage.waiters.readReady({ type: 'readReady', requestId: read, index: 5 });
  stage.waiters.applied(5, 4, done('x'));
  const transfer = stage.waiters.transfer(stage.settle<null>('a transfer'));
  t.equal(stage.waiters.forget(transfer), true, 'the other may have been asked to stand');
  stage.waiters.transferred(transfer);
  t.equal(stage.waiters.forget(transfer), false, 'once');
  t.same(stage.ends, [['beside it', done('x')]]);
  t.equal(stage.waiters.count, 0);
});

t.test('a transfer ends definitely only when the core knows that it will not happen', async (t) => {
  const stage = new Stage();
  for (const reason of [
    'neverLeads',
    'successorBehind',
    'successorSilent',
    'leaderChanged',
    'transferUndecided',
  ] as const) {
    const requestId = stage.waiters.transfer(stage.settle<null>(reason));
    stage.waiters.refused({ type: 'refused', requestId, reason });
  }
  t.same(stage.ends, [
    ['neverLeads', { code: 'TRANSFER_FAILED', definite: true }],
    ['successorBehind', { code: 'TRANSFER_FAILED', definite: true }],
    ['successorSilent', { code: 'TRANSFER_FAILED', definite: true }],
    ['leaderChanged', { code: 'NOT_LEADER', definite: true }],
    ['transferUndecided', UNKNOWN],
  ]);
});
