import t from 'tap';
import { News } from '../../server/hub/News.ts';
import { SILENT_LOGGER } from '../../server/log.ts';
import { clusterId, peerId } from '../../shared/ids.ts';
import { TestRelay } from './support/relay.ts';

t.test('an endpoint that changes its role without end fills no log, and the live feed still tells', async (t) => {
  const relay = await TestRelay.start(t, { controlFramesPerSecond: 1e6 });
  const p1 = await relay.dial('p1');
  const viewer = await relay.watch();
  for (let count = 0; count < 500; count += 1) {
    p1.status({ role: 'candidate', term: count });
    p1.status({ role: 'leader', term: count });
  }
  await p1.settled();
  t.ok(relay.log.length <= 50, `${relay.log.length} lines`);
  t.ok(relay.log.some((line) => line.startsWith('demo: p1 leads in term ')));
  await viewer.until('the last events', () =>
    viewer.messages.some(({ events }) => events.some(({ text }) => text === 'p1 leads in term 499')),
  );
});

t.test('all endpoints together have a bound, which drowns no operator; what is left out is counted', async (t) => {
  const lines: string[] = [];
  let nowMs = 0;
  const news = new News({ ...SILENT_LOGGER, info: (line) => lines.push(line) }, () => nowMs);
  const demo = clusterId('demo');
  for (let count = 0; count < 3000; count += 1)
    news.tell(demo, 'connected', peerId(`p${count}`), `p${count} connected`);
  t.equal(lines.length, 100);
  news.tell(demo, 'partitioned', null, `partitioned: ${'x'.repeat(60_000)}`);
  t.equal(lines.length, 101);
  t.ok((lines[100] ?? '').length < 2100, 'a long line is cut');
  nowMs = 10_000;
  news.tell(demo, 'connected', peerId('late'), 'late connected');
  t.same(lines.slice(101), [
    '2900 more lines like these were left out; the live feed of each cluster has its newest events',
    'demo: late connected',
  ]);
});
