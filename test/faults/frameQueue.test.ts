import fc from 'fast-check';
import t from 'tap';
import { changeFaults, noFaults } from '../../server/faults/Faults.ts';
import { FrameQueue, type WaitingCopy } from '../../server/faults/FrameQueue.ts';
import { judge, type PlannedCopy } from '../../server/faults/judge.ts';
import { LinkFaults } from '../../server/faults/LinkFaults.ts';
import type { RuleInForce } from '../../server/faults/RuleInForce.ts';
import type { Rule } from '../../shared/http/Rule.ts';

const LIMITS = { framesMax: 1000, bytesMax: 1e9 };
const peer = (id: string) => ({ id, isClient: false, role: undefined });
const linkOf = (): LinkFaults => new LinkFaults(peer('p1'), peer('p2'));

function rulesOf(rules: Readonly<Record<string, Omit<Rule, 'from' | 'to'>>>): ReadonlyMap<string, RuleInForce> {
  const all = new Map(Object.entries(rules).map(([name, rule]) => [name, { from: '*', to: '*', ...rule }]));
  const faults = changeFaults(noFaults('queue'), { rules: all }, { nowMs: 0, peers: [] });
  return new Map(faults.rules.map((rule) => [rule.name, rule]));
}

/** What is due, up to that time, in the order in which it comes. */
function drain(queue: FrameQueue<number>, nowMs: number): number[] {
  const out: number[] = [];
  for (let due = queue.takeDue(nowMs); due !== undefined; due = queue.takeDue(nowMs)) out.push(due.payload);
  return out;
}

/** A relay in small: judges a frame, and gives what goes at once. */
class Stage {
  readonly link = linkOf();
  readonly queue = new FrameQueue<number>(LIMITS);
  faults = noFaults('queue');
  readonly out: number[] = [];
  nowMs = 0;

  put(rules: Readonly<Record<string, Omit<Rule, 'from' | 'to'>>>): void {
    const before = this.faults;
    const all = new Map(Object.entries(rules).map(([name, rule]) => [name, { from: '*', to: '*', ...rule }]));
    this.faults = changeFaults(before, { rules: all }, { nowMs: this.nowMs, peers: [] });
    const gone = before.rules.filter((rule) => !this.faults.rules.includes(rule));
    for (const rule of gone) this.queue.release(rule, this.nowMs);
    this.queue.withoutDelayOf(new Set(gone), this.nowMs);
  }

  send(payload: number): void {
    const fate = judge(this.link, 'AppendEntries', 100, this.faults, this.nowMs);
    if (fate.type === 'delivered') this.out.push(payload);
    else if (fate.type === 'planned') for (const copy of fate.copies) this.#plan(copy, payload);
  }

  advance(byMs: number): void {
    this.nowMs += byMs;
    this.out.push(...drain(this.queue, this.nowMs));
  }

  #plan(copy: PlannedCopy, payload: number): void {
    this.queue.add(this.link, copy, payload, 100, this.nowMs);
  }
}

t.test('what is due comes in order, what is held waits for its release', async (t) => {
  const stage = new Stage();
  stage.put({ hold: { hold: true, every: 2 } });
  for (let number = 1; number <= 6; number += 1) stage.send(number);
  t.same(stage.out, [1, 3, 5], 'what is not held passes');
  t.equal(stage.queue.heldCount, 3);
  const [hold] = stage.faults.rules;
  if (hold === undefined) throw new Error('there is no rule');
  t.equal(stage.queue.release(hold, stage.nowMs, 2), 2);
  stage.send(7);
  stage.advance(0);
  t.same(stage.out, [1, 3, 5, 2, 4, 7], 'and what comes after a release stays behind it');
  stage.put({});
  stage.advance(0);
  t.same(stage.out.at(-1), 6);
});

t.test('a rule that goes takes its own share of the delay with it, and no other', async (t) => {
  const stage = new Stage();
  stage.put({ long: { delay: '1h' }, short: { delay: '100ms' } });
  stage.send(1);
  stage.advance(10);
  stage.put({ short: { delay: '100ms' } });
  stage.send(2);
  stage.advance(89);
  t.same(stage.out, []);
  stage.advance(1);
  t.same(stage.out, [1]);
  stage.advance(10);
  t.same(stage.out, [1, 2]);
});

t.test('what waits behind a frame whose rule goes stays behind it', async (t) => {
  const stage = new Stage();
  stage.put({ some: { delay: '10ms', every: 2 } });
  for (let number = 1; number <= 5; number += 1) stage.send(number);
  stage.put({});
  stage.send(6);
  stage.advance(0);
  t.same(stage.out, [1, 2, 3, 4, 5, 6]);
});

t.test('a release does not end the delays of others', async (t) => {
  const stage = new Stage();
  stage.put({ hold: { hold: true }, slow: { delay: '50ms' } });
  stage.send(1);
  stage.advance(20);
  stage.put({ slow: { delay: '50ms' } });
  stage.advance(29);
  t.same(stage.out, []);
  stage.advance(1);
  t.same(stage.out, [1]);
});

t.test('what is taken away leaves no trace in the order of its link', async (t) => {
  const stage = new Stage();
  stage.put({ slow: { delay: '1h' } });
  stage.send(1);
  t.equal(stage.queue.takeDelayed(() => true, 0).length, 1);
  t.equal(stage.link.waitingInOrder, 0);
  stage.put({});
  stage.send(2);
  t.same(stage.out, [2], 'nobody waits for it');
});

const THIN = { rate: { bytesPerSecond: 1000 } };

t.test('what is lost on its way through a bandwidth gives back what it had not used of it', async (t) => {
  const stage = new Stage();
  stage.put({ thin: THIN });
  for (let number = 1; number <= 5; number += 1) stage.send(number);
  stage.advance(150);
  t.same(stage.out, [1]);
  t.equal(stage.queue.takeDelayed(() => true, stage.nowMs).length, 4);
  stage.send(6);
  stage.advance(99);
  t.same(stage.out, [1], 'a frame of 100 bytes takes its 100 ms');
  stage.advance(1);
  t.same(stage.out, [1, 6], 'and waits behind nothing');
});

t.test('what is let go of a bandwidth leaves none of its wait to whatever comes later', async (t) => {
  const stage = new Stage();
  stage.put({ thin: THIN });
  for (let number = 1; number <= 10; number += 1) stage.send(number);
  stage.advance(50);
  stage.put({ thin: { rate: { ...THIN.rate, queueBytesMax: 100_000 } } });
  stage.advance(0);
  t.equal(stage.out.length, 10, 'all came at once');
  stage.send(11);
  stage.advance(99);
  t.equal(stage.out.length, 10);
  stage.advance(1);
  t.equal(stage.out.length, 11, 'a tenth of a second after it was sent');
});

t.test('what still waits for a bandwidth keeps its time, and what comes then its rate', async (t) => {
  const stage = new Stage();
  stage.put({ thin: THIN });
  for (let number = 1; number <= 4; number += 1) stage.send(number);
  const isMeant = ({ payload }: WaitingCopy<number>): boolean => payload === 1 || payload === 4;
  t.equal(stage.queue.takeDelayed(isMeant, 0).length, 2);
  stage.send(5);
  stage.advance(300);
  t.same(stage.out, [2, 3]);
  stage.advance(99);
  t.same(stage.out, [2, 3]);
  stage.advance(1);
  t.same(stage.out, [2, 3, 5], 'behind the last one that waits');
});

t.test('copies give a bandwidth back as often as they take it: once', async (t) => {
  for (const duplicate of [1, { probability: 1, copies: 1, delay: '1h' }]) {
    const stage = new Stage();
    stage.put({ thin: THIN, twice: { duplicate, first: 1 } });
    for (const number of [1, 2, 3]) stage.send(number);
    t.equal(stage.queue.takeDelayed(({ payload }) => payload === 1, 0).length, 2);
    t.equal(stage.queue.takeDelayed(({ payload }) => payload === 3, 0).length, 1);
    stage.send(4);
    stage.advance(299);
    t.same(stage.out, [2], JSON.stringify(duplicate));
    stage.advance(1);
    t.same(stage.out, [2, 4]);
  }
});

t.test('lost one after the other, frames give back as much as all at once', async (t) => {
  const stage = new Stage();
  stage.put({ thin: THIN });
  for (const number of [1, 2, 3]) stage.send(number);
  for (const number of [1, 2, 3]) stage.queue.takeDelayed(({ payload }) => payload === number, 0);
  stage.send(4);
  stage.advance(100);
  t.same(stage.out, [4]);
});

t.test('a bandwidth is given back to the rule that took the place of the one that gave it', async (t) => {
  const stage = new Stage();
  stage.put({ thin: THIN, stuck: { hold: true } });
  for (const number of [1, 2, 3]) stage.send(number);
  const [, stuck] = stage.faults.rules;
  if (stuck === undefined) throw new Error('there is a rule that holds');
  const [before] = stage.faults.rules;
  const rules = new Map([['thin', { from: '*', to: '*', ...THIN, types: ['@requests'] }]]);
  stage.faults = changeFaults(stage.faults, { rules }, { nowMs: 0, peers: [] });
  const [after] = stage.faults.rules;
  if (before === undefined || after === undefined) throw new Error('there is a rule of bandwidth');
  stage.queue.handOver(new Map([[before, after]]));
  t.equal(stage.queue.takeHeld(stuck, 0).length, 3);
  stage.send(4);
  stage.advance(100);
  t.same(stage.out, [4]);
});

t.test('what is lost when it is let go gives its bandwidth back too', async (t) => {
  const stage = new Stage();
  stage.put({ thin: THIN, stuck: { hold: true, first: 3 } });
  for (const number of [1, 2, 3]) stage.send(number);
  const [, stuck] = stage.faults.rules;
  if (stuck === undefined) throw new Error('there is a rule that holds');
  t.equal(
    stage.queue.release(stuck, 0, Infinity, undefined, () => true),
    3,
  );
  stage.send(4);
  stage.advance(100);
  t.same(stage.out, [4]);
});

t.test('what a replaced rule held is held by the one in its place', async (t) => {
  const stage = new Stage();
  stage.put({ hold: { hold: true } });
  stage.send(1);
  const [one] = stage.faults.rules;
  const other = rulesOf({ hold: { hold: true, first: 5 } }).get('hold');
  if (one === undefined || other === undefined) throw new Error('there is no rule');
  stage.queue.handOver(new Map([[one, other]]));
  t.equal(stage.queue.release(one, 0), 0);
  t.equal(stage.queue.release(other, 0), 1);
});

t.test('of rules that go, at once or one after the other, no delay counts again', async (t) => {
  const both = { one: { delay: '10s' }, other: { delay: '20s' } };
  const atOnce = new Stage();
  atOnce.put(both);
  atOnce.send(1);
  atOnce.put({});
  atOnce.advance(0);
  t.same(atOnce.out, [1]);
  const inTurn = new Stage();
  inTurn.put(both);
  inTurn.send(1);
  inTurn.put({ other: both.other });
  inTurn.put({});
  inTurn.advance(0);
  t.same(inTurn.out, [1]);
  const held = new Stage();
  held.put({ one: both.one, stuck: { hold: true } });
  held.send(1);
  held.put({ stuck: { hold: true } });
  held.put({});
  held.advance(0);
  t.same(held.out, [1], 'nor when what was held is let go');
});

t.test('it is bounded in frames and in bytes', async (t) => {
  const queue = new FrameQueue<number>({ framesMax: 2, bytesMax: 10_000 });
  const copy: PlannedCopy = { atMs: 5, heldBy: undefined, delayedBy: [], damage: undefined, inOrder: true };
  const link = linkOf();
  t.notOk(queue.admits(10_000, copy));
  queue.add(link, copy, 1, 100, 0);
  queue.add(link, copy, 2, 100, 0);
  t.notOk(queue.admits(1, copy));
  t.same(drain(queue, 5), [1, 2]);
  t.ok(queue.admits(9_000, copy), 'what has left makes room');
  const [rule] = rulesOf({ slow: { delay: '1s' } }).values();
  if (rule === undefined) throw new Error('there is no rule');
  const delayedBy = Array.from({ length: 200 }, () => ({ rule, byMs: 1, isBandwidth: false }));
  t.notOk(queue.admits(100, { delayedBy }), 'what a copy keeps of the rules that delay it takes room too');
});

t.test('any rules, changed at any time: in-order frames of a link never overtake, and none is lost', async (t) => {
  const rule = fc.record(
    {
      delay: fc.constantFrom('0ms', '5ms', '1..30ms', 'exponential(8ms)'),
      hold: fc.constant(true),
      every: fc.integer({ min: 1, max: 3 }),
    },
    { requiredKeys: ['delay'] },
  );
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.constant('send' as const) },
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 20 }) },
    { weight: 1, arbitrary: fc.dictionary(fc.constantFrom('a', 'b'), rule, { noNullPrototype: true }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const stage = new Stage();
      const held = new Set<number>();
      let sent = 0;
      for (const each of steps) {
        if (each === 'send') {
          sent += 1;
          const before = stage.queue.heldCount;
          stage.send(sent);
          if (stage.queue.heldCount > before) held.add(sent);
        } else if (typeof each === 'number') stage.advance(each);
        else stage.put(each);
      }
      stage.put({});
      stage.advance(100);
      const inOrder = stage.out.filter((number) => !held.has(number));
      const isSorted = inOrder.every((number, at) => at === 0 || number > (inOrder[at - 1] ?? 0));
      return (
        isSorted && new Set(stage.out).size === sent && stage.out.length === sent && stage.link.waitingInOrder === 0
      );
    }),
    { numRuns: 2000 },
  );
  t.pass('held for all that were tried');
});

t.test('released frames can be put into another order', async (t) => {
  const stage = new Stage();
  stage.put({ hold: { hold: true } });
  for (let number = 1; number <= 4; number += 1) stage.send(number);
  const [hold] = stage.faults.rules;
  if (hold === undefined) throw new Error('there is no rule');
  const backwards = (frames: WaitingCopy<number>[]) => [...frames].reverse();
  stage.queue.release(hold, 0, Infinity, backwards);
  stage.advance(0);
  t.same(stage.out, [4, 3, 2, 1]);
});

t.test('a frame is released with all its copies, and counts as one', async (t) => {
  const [hold] = rulesOf({ hold: { hold: true } }).values();
  if (hold === undefined) throw new Error('there is no rule');
  const queue = new FrameQueue<{ readonly frame: number }>(LIMITS, ({ frame }) => frame);
  const link = linkOf();
  const copy: PlannedCopy = { atMs: undefined, heldBy: hold, delayedBy: [], damage: undefined, inOrder: true };
  for (const frame of [1, 1, 1, 2, 3, 3]) queue.add(link, copy, { frame }, 100, 0);
  const gone = (): number[] => {
    const out: number[] = [];
    for (let due = queue.takeDue(0); due !== undefined; due = queue.takeDue(0)) out.push(due.payload.frame);
    return out;
  };
  t.equal(queue.release(hold, 0, 2), 2);
  t.same(gone(), [1, 1, 1, 2]);
  t.equal(queue.heldCount, 2);
  t.equal(queue.release(hold, 0, 5), 1, 'no more than there are');
  t.same(gone(), [3, 3]);
  t.equal(queue.release(hold, 0), 0);
});

t.test('what waits is told in the order in which it will come, what is held behind it, and stays', async (t) => {
  const stage = new Stage();
  stage.put({ slow: { delay: '10..500ms', reorder: 0.5 } });
  for (let payload = 1; payload <= 300; payload += 1) {
    stage.send(payload);
    stage.nowMs += 1;
  }
  stage.put({ slow: { delay: '10..500ms', reorder: 0.5 }, stuck: { hold: true } });
  for (let payload = 1001; payload <= 1020; payload += 1) stage.send(payload);
  const { queue } = stage;
  const told = (countMax: number): number[] => [...queue.waiting(countMax)].map(({ waiting }) => waiting.payload);
  const all = told(1000);
  const delayed = all.slice(0, queue.delayedCount);
  t.equal(all.length, queue.delayedCount + queue.heldCount);
  t.same(
    all.slice(queue.delayedCount),
    Array.from({ length: 20 }, (_, at) => 1001 + at),
    'as they came',
  );
  const isHeld = [...queue.waiting(1000)].map((one) => one.isHeld);
  t.same(isHeld.indexOf(true), queue.delayedCount);
  for (const countMax of [0, 1, 7, 50, delayed.length, delayed.length + 5])
    t.same(told(countMax), all.slice(0, countMax));
  const counts = { delayed: 0, held: 0 };
  queue.forEachWaiting((_, held) => (counts[held ? 'held' : 'delayed'] += 1));
  t.same(counts, { delayed: queue.delayedCount, held: queue.heldCount });
  t.same(drain(queue, Infinity), delayed, 'and so they came');
});
