import t from 'tap';
import { changeFaults, noFaults } from '../../server/faults/Faults.ts';
import { SlowAccepts } from '../../server/hub/SlowAccepts.ts';
import { Journal } from '../../server/journal/Journal.ts';
import { JOURNAL_KINDS } from '../../shared/http/Journal.ts';
import type { Rule } from '../../shared/http/Rule.ts';
import { until } from '../support/until.ts';
import { peerId } from '../../shared/ids.ts';

const P1 = { id: 'p1', isClient: false, role: undefined };

t.test('delays of many rules that add up to more than a timer can take are waited for, not spun through', async (t) => {
  const day: Rule = { from: [peerId('p1')], to: '*', accept: '24h' };
  const rules = new Map(Array.from({ length: 30 }, (_, at): [string, Rule] => [`late${at}`, day]));
  const faults = changeFaults(noFaults('s'), { rules }, { nowMs: 0, peers: [] });
  let looks = 0;
  const clock = (): number => {
    looks += 1;
    return performance.now();
  };
  const warnings: string[] = [];
  const warned = ({ name }: Error): unknown => warnings.push(name);
  process.on('warning', warned);
  t.teardown(() => process.off('warning', warned));
  const journal = new Journal(1e6, () => 0);
  const slow = new SlowAccepts(clock, journal);
  let isAnswered = false;
  const answer = slow.wait(P1, faults, new AbortController().signal).then(() => (isAnswered = true));
  const startedMs = performance.now();
  await until(() => performance.now() - startedMs > 200, { withinMs: 20_000, what: 'time for many short timers' });
  t.notOk(isAnswered, 'it waits');
  t.ok(looks <= 3, `the clock was looked at ${looks} times`);
  t.same(warnings, []);
  const [line] = [...journal.lines(0, new Set(JOURNAL_KINDS))];
  t.match(JSON.parse(line?.text ?? ''), { event: 'slowed', id: 'p1', forMs: 30 * 86_400_000 });
  slow.endThoseWithout([]);
  await answer;
  t.ok(isAnswered, 'and is answered when its rules are gone');
});

t.test('too many that wait keep out others that a rule strikes, and nobody else', async (t) => {
  const rules = new Map([['late', { from: [peerId('p1')], to: '*', accept: '24h' }]]);
  const faults = changeFaults(noFaults('s'), { rules }, { nowMs: 0, peers: [] });
  const slow = new SlowAccepts(() => performance.now(), new Journal(1e6, () => 0));
  const { signal } = new AbortController();
  const waiting = Array.from({ length: 256 }, () => slow.wait(P1, faults, signal));
  await t.rejects(slow.wait(P1, faults, signal), { code: 'RELAY_FULL' });
  await slow.wait({ ...P1, id: 'p2' }, faults, signal);
  slow.endThoseWithout([]);
  await Promise.all(waiting);
  const more = slow.wait(P1, faults, signal);
  slow.endThoseWithout([]);
  await more;
});
