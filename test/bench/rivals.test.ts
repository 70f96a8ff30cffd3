import t from 'tap';
import { goals } from '../../bench/commit/rivalReport.ts';
import type { LevelResult } from '../../bench/commit/result.ts';
import type { RivalResult } from '../../bench/rivals/measureRivals.ts';
import { lostOf, WrittenKeys } from '../../bench/rivals/WrittenKeys.ts';

const spread = (median: number) => ({ median, min: median, max: median });

function level(what: LevelResult['what'], outstanding: number, perSecond: number, medianMs = 1): LevelResult {
  return {
    ...{ what, outstanding, source: 'client', commitsPerSecond: spread(perSecond), medianMs: spread(medianMs) },
    ...{
      p99Ms: spread(medianMs),
      maxMs: medianMs,
      leaderMicros: 0,
      followerMicros: 0,
      relayMicros: 0,
      clientMicros: 0,
    },
    ...{ commitsPerWrite: 1, commitsPerFrame: 1, elections: 0 },
  };
}

function rival(
  name: RivalResult['rival'],
  levels: readonly (readonly ['put' | 'read', number, number | undefined])[],
): RivalResult {
  return {
    ...{ rival: name, version: '1.0.0' },
    levels: levels.map(([what, outstanding, perSecond]) => ({
      ...{ what, outstanding, source: 'client' },
      ...(perSecond === undefined
        ? { trouble: 'it lost data' }
        : { figures: { perSecond: spread(perSecond), medianMs: spread(1), p99Ms: spread(1) } }),
    })),
  };
}

t.test('of puts that overlap any may be the last; of others only the last', async (t) => {
  const written = new WrittenKeys();
  let release = (): void => undefined;
  const slow = written.during('a', 'one', () => new Promise<void>((resolve) => (release = resolve)));
  await written.during('a', 'two', async () => undefined);
  release();
  await slow;
  t.strictSame(written.sample(10), [['a', ['one', 'two']]]);
  await written.during('a', 'three', async () => undefined);
  t.strictSame(written.sample(10), [['a', ['three']]]);
});

t.test('a key that is gone or holds something older is lost', (t) => {
  const written = [
    ['a', ['1']],
    ['b', ['2', '3']],
    ['c', ['4']],
  ] as const;
  t.equal(lostOf(written, ['1', '3', '4']), 0);
  t.equal(lostOf(written, ['1', 'old', null]), 2);
  t.end();
});

t.test('a sample is as large as it was asked for, and never more than there is', async (t) => {
  const written = new WrittenKeys();
  for (let key = 0; key < 100; key += 1) await written.during(`k${key}`, 'v', async () => undefined);
  t.equal(written.sample(1000).length, 100);
  t.equal(written.sample(10).length, 10);
});

t.test('goals beside others: ratios of the same question from the same place', (t) => {
  const levels = [
    level('put', 1, 700, 1.4),
    level('put', 64, 30_000),
    level('put', 256, 45_000),
    level('read', 256, 30_000),
  ];
  const etcd = rival('etcd', [
    ['put', 1, 1600],
    ['put', 256, 10_000],
    ['read', 256, 20_000],
  ]);
  const found = goals({
    levels,
    rivals: [
      etcd,
      rival('zmqRaft', [
        ['put', 64, 16_000],
        ['put', 256, 9000],
      ]),
    ],
  });
  t.match(found.puts256, { measured: /^4\.50 ×/, isMet: true });
  t.match(found.reads256, { measured: /^1\.50 ×/, isMet: false });
  t.match(found.puts64, { isMet: true });
  t.match(found.putsOne, { isMet: false });
  t.match(found.zmqRaft, { measured: /^1\.88 × at 64, 5\.00 × at 256$/, isMet: false }, 'twice is asked for at 64');
  t.equal(found.antietcd, undefined, 'who was not measured has no number');
  t.end();
});

t.test('who lost data is not one to be ahead of, and that is told', (t) => {
  const found = goals({ levels: [level('put', 16, 5000)], rivals: [rival('liferaft', [['put', 16, undefined]])] });
  t.strictSame(found.liferaft, { measured: 'theirs failed or lost data at 16', isMet: false });
  t.end();
});
