import t from 'tap';
import { Leadership, type LeadershipNow, type Reign } from '../../peer/replica/Leadership.ts';
import { VirtualClock } from '../../sim/VirtualClock.ts';

function stage(): { clock: VirtualClock; leadership: Leadership; now: (change: Partial<LeadershipNow>) => void } {
  const clock = new VirtualClock();
  let state: LeadershipNow = { isLeader: false, term: 0, leaseUntilMs: Number.NEGATIVE_INFINITY };
  const leadership = new Leadership(clock, () => state);
  const now = (change: Partial<LeadershipNow>): void => {
    state = { ...state, ...change };
    leadership.changed();
  };
  return { clock, leadership, now };
}

async function next(reigns: AsyncGenerator<Reign, void, undefined>): Promise<Reign> {
  const { value, done } = await reigns.next();
  if (done === true) throw new Error('no further reign');
  return value;
}

t.test('a reign begins with a lease, not with the role alone, and names its term', async (t) => {
  const { clock, leadership, now } = stage();
  const reigns = leadership.reigns();
  const first = next(reigns);
  let told = false;
  void first.then(() => (told = true));
  now({ isLeader: true, term: 4 });
  await Promise.resolve();
  t.equal(told, false);
  now({ leaseUntilMs: clock.nowMs() + 200 });
  const reign = await first;
  t.equal(reign.term, 4);
  t.equal(reign.signal.aborted, false);
});

t.test('the signal aborts when the lease is not renewed, not later', async (t) => {
  const { clock, leadership, now } = stage();
  const reigns = leadership.reigns();
  now({ isLeader: true, term: 4, leaseUntilMs: clock.nowMs() + 200 });
  const { signal } = await next(reigns);
  clock.advance(150);
  now({ leaseUntilMs: clock.nowMs() + 200 });
  clock.advance(199);
  t.equal(signal.aborted, false, 'it was renewed');
  clock.advance(1);
  t.equal(signal.aborted, true);
  // The role has not changed yet: with a lease again it leads on, in the same term.
  now({ leaseUntilMs: clock.nowMs() + 200 });
  const again = await next(reigns);
  t.equal(again.term, 4);
  t.equal(again.signal.aborted, false);
  now({ isLeader: false });
  now({ isLeader: true, term: 6, leaseUntilMs: clock.nowMs() + 200 });
  t.equal((await next(reigns)).term, 6);
});

t.test('a lost role ends the reign at once; one that passed unseen is left out', async (t) => {
  const { clock, leadership, now } = stage();
  const reigns = leadership.reigns();
  now({ isLeader: true, term: 4, leaseUntilMs: clock.nowMs() + 200 });
  const { signal } = await next(reigns);
  now({ isLeader: false });
  t.equal(signal.aborted, true);
  now({ isLeader: true, term: 6, leaseUntilMs: clock.nowMs() + 200 });
  now({ isLeader: false });
  now({ isLeader: true, term: 8, leaseUntilMs: clock.nowMs() + 200 });
  t.equal((await next(reigns)).term, 8);
});

t.test('the iteration ends by its signal, and with the peer', async (t) => {
  const { leadership } = stage();
  const controller = new AbortController();
  const one = leadership.reigns(controller.signal).next();
  const other = leadership.reigns().next();
  controller.abort();
  t.same(await one, { value: undefined, done: true });
  leadership.stop();
  t.same(await other, { value: undefined, done: true });
});
