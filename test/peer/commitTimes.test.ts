import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { CommitTimes } from '../../peer/CommitTimes.ts';

t.test('from taking to committing, of the last ten seconds; none is none', async (t) => {
  const times = new CommitTimes();
  t.equal(times.account(0), undefined);
  for (let index = 1; index <= 100; index += 1) {
    times.taken(index, index * 10);
    times.committed(index, index * 10 + index);
  }
  t.same(times.account(1100), { count: 100, p50Ms: 50, p99Ms: 99 });
  // The first fifty were committed up to 550 ms.
  t.same(times.account(10_550), { count: 50, p50Ms: 75, p99Ms: 100 });
  t.equal(times.account(11_100), undefined, 'the last one ten seconds ago');
  t.equal(times.account(99_999), undefined);
});

t.test('what is not committed does not count; a later index commits those before it', async (t) => {
  const times = new CommitTimes();
  for (const index of [5, 6, 7]) times.taken(index, 100 + index);
  times.committed(4, 150);
  t.equal(times.account(150), undefined);
  times.committed(6, 206);
  t.same(times.account(206), { count: 2, p50Ms: 100, p99Ms: 101 });
});

t.test('a reign that ended is forgotten, with what waited in it', async (t) => {
  const times = new CommitTimes();
  times.taken(5, 100);
  times.taken(6, 100);
  times.committed(5, 110);
  times.forget();
  t.equal(times.account(120), undefined);
  times.committed(6, 9000);
  t.equal(times.account(9000), undefined, 'another leader put something else there');
});

t.test('no more than so many are kept, and under load the slow ones are not lost', async (t) => {
  const times = new CommitTimes();
  for (let index = 1; index <= 100_000; index += 1) times.taken(index, 0);
  times.committed(100_000, 500);
  t.same(times.account(500), { count: 1024, p50Ms: 500, p99Ms: 500 });
  for (let index = 100_001; index <= 110_000; index += 1) {
    times.taken(index, 600);
    times.committed(index, 601);
  }
  t.same(times.account(700), { count: 1024, p50Ms: 1, p99Ms: 1 }, 'the newest');
});

t.test('as often as it is asked, what it says is at most a moment old', async () => {
  const commits = fc.array(fc.record({ waitMs: fc.nat(400), tookMs: fc.nat(300) }), { minLength: 1, maxLength: 80 });
  fc.assert(
    fc.property(commits, (list) => {
      const times = new CommitTimes();
      let nowMs = 0;
      for (const [index, { waitMs, tookMs }] of list.entries()) {
        times.taken(index, nowMs);
        nowMs += tookMs;
        times.committed(index, nowMs);
        times.account(nowMs);
        nowMs += waitMs;
      }
      nowMs += 50;
      const sorted = list.map(({ tookMs }) => tookMs).sort((one, other) => one - other);
      const account = times.account(nowMs);
      if (nowMs > 9000) return;
      assert.equal(account?.count, list.length);
      assert.equal(account?.p50Ms, sorted[Math.ceil(list.length / 2) - 1]);
      assert.equal(account?.p99Ms, sorted[Math.ceil(list.length * 0.99) - 1]);
    }),
  );
});
