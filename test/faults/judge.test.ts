import t from 'tap';
import { type Faults, noFaults } from '../../server/faults/Faults.ts';
import { type Fate, judge } from '../../server/faults/judge.ts';
import { LinkFaults } from '../../server/faults/LinkFaults.ts';
import {
  change,
  client,
  deviations,
  EVERYBODY,
  fatesOf,
  faultsOf,
  link,
  peer,
  rulesOf,
  sketch,
  timeOf,
} from './stage.ts';

t.test('without faults every frame is delivered, at no cost but its number', async (t) => {
  const on = link();
  const fates = fatesOf(on, noFaults('seed'), 5);
  t.equal(new Set(fates).size, 1, 'one value for all of them');
  t.same(fates[0], { type: 'delivered' });
  t.equal(on.frames, 5);
});

t.test('skip, every, first and probability, in this order, on each link apart', async (t) => {
  const rules: [rule: object, expected: string][] = [
    [{ skip: 3 }, '...xxxxxxxxx'],
    [{ first: 4 }, 'xxxx........'],
    [{ every: 3 }, '..x..x..x..x'],
    [{ skip: 2, first: 3 }, '..xxx.......'],
    [{ skip: 2, every: 2 }, '...x.x.x.x.x'],
    [{ skip: 1, every: 3, first: 2 }, '...x..x.....'],
    [{ probability: 0 }, '............'],
    [{ probability: 1 }, 'xxxxxxxxxxxx'],
  ];
  for (const [rule, expected] of rules) {
    const faults = faultsOf({ it: { ...EVERYBODY, drop: 1, ...rule } });
    t.equal(sketch(fatesOf(link(), faults, 12)), expected, JSON.stringify(rule));
    t.equal(sketch(fatesOf(link('p2', 'p1'), faults, 12)), expected, 'another link counts for itself');
    t.equal(faults.rules[0]?.matched, 24);
    t.equal(faults.rules[0]?.hits.drop, 2 * (expected.split('x').length - 1));
  }
});

t.test('probability: the share that was asked for; 0 never, 1 always', async (t) => {
  for (const share of [0.001, 0.1, 0.5, 0.9]) {
    for (const rule of [{ drop: share }, { drop: 1, probability: share }]) {
      const fates = fatesOf(link(), faultsOf({ it: { ...EVERYBODY, ...rule } }), 100_000);
      const dropped = fates.filter(({ type }) => type === 'dropped').length;
      t.ok(deviations(dropped, 100_000, share) < 4.5, `${dropped} of 100,000 at ${share}`);
    }
  }
  for (const fault of [{ drop: 0 }, { reorder: 0 }, { duplicate: 0 }, { corrupt: 0 }, { disconnect: 0 }]) {
    const fates = fatesOf(link(), faultsOf({ it: { ...EVERYBODY, ...fault } }), 10_000);
    t.ok(
      fates.every(({ type }) => type === 'delivered'),
      `${JSON.stringify(fault)} never strikes`,
    );
  }
});

t.test('what is dropped by two independent probabilities is their product', async (t) => {
  const faults = faultsOf({ one: { ...EVERYBODY, drop: 0.3 }, other: { ...EVERYBODY, drop: 0.3 } });
  const dropped = fatesOf(link(), faults, 100_000).filter(({ type }) => type === 'dropped').length;
  t.ok(deviations(dropped, 100_000, 1 - 0.7 * 0.7) < 4.5, `${dropped} of 100,000`);
});

t.test('ends: ids, lists, words, both directions', async (t) => {
  const ends = { p1: peer('p1', 'leader'), p2: peer('p2', 'follower'), p3: peer('p3', 'preCandidate'), c: client('c') };
  const links = Object.values(ends).flatMap((from) =>
    Object.values(ends).flatMap((to) => (from === to ? [] : [new LinkFaults(from, to)])),
  );
  const struck = (rule: object): string => {
    const faults = faultsOf({ it: { drop: 1, ...rule } });
    return links
      .filter((on) => judge(on, 'PreVote', 1, faults, 0).type === 'dropped')
      .map(({ from, to }) => `${from.id}>${to.id}`)
      .join(' ');
  };
  t.equal(struck({ from: 'p1', to: 'p2' }), 'p1>p2');
  t.equal(struck({ from: 'p1', to: 'p2', both: true }), 'p1>p2 p2>p1');
  t.equal(struck({ from: ['p1', 'p3'], to: 'p2' }), 'p1>p2 p3>p2');
  t.equal(struck({ from: 'p1', to: '*' }), 'p1>p2 p1>p3 p1>c');
  t.equal(struck({ from: 'client', to: '*' }), 'c>p1 c>p2 c>p3');
  t.equal(struck({ from: 'client', to: 'peer', both: true }), 'p1>c p2>c p3>c c>p1 c>p2 c>p3');
  t.equal(struck({ from: 'leader', to: 'follower' }), 'p1>p2');
  t.equal(struck({ from: 'leader', to: 'follower', both: true }), 'p1>p2 p2>p1');
  t.equal(struck({ from: 'candidate', to: 'peer' }), 'p3>p1 p3>p2', 'who asks for pre-votes is a candidate');
  t.equal(struck({ from: 'learner', to: '*' }), '');
  t.equal(struck({ from: ['leader'], to: '*' }), '', 'a list has ids, never words');
});

t.test('roles count as they are at each frame', async (t) => {
  const from = peer('p1', 'follower');
  const on = new LinkFaults(from, peer('p2'));
  const faults = faultsOf({ it: { from: 'leader', to: '*', drop: 1 } });
  t.equal(judge(on, 'AppendEntries', 1, faults, 0).type, 'delivered');
  from.role = 'leader';
  t.equal(judge(on, 'AppendEntries', 1, faults, 0).type, 'dropped');
  from.role = undefined;
  t.equal(judge(on, 'AppendEntries', 1, faults, 0).type, 'delivered');
});

t.test('types, and words for kinds of them', async (t) => {
  const all = [
    'RequestVote',
    'RequestVoteReply',
    'TimeoutNow',
    'ReadIndexReply',
    'ClientRequest',
    'ClientReply',
    'Other',
  ];
  const struck = (...types: string[]) => {
    const faults = faultsOf({ it: { ...EVERYBODY, drop: 1, types } });
    return all.filter((type) => judge(link(), type, 1, faults, 0).type === 'dropped');
  };
  t.same(struck('RequestVote'), ['RequestVote']);
  t.same(struck('@requests'), ['RequestVote', 'TimeoutNow']);
  t.same(struck('@replies'), ['RequestVoteReply', 'ReadIndexReply']);
  t.same(struck('@client'), ['ClientRequest', 'ClientReply']);
  t.same(struck('@client', 'TimeoutNow'), ['TimeoutNow', 'ClientRequest', 'ClientReply']);
});

t.test('times: a start, an end, and periods, to the millisecond', async (t) => {
  const at = (rule: object, ...timesMs: number[]) => {
    const faults = change(noFaults('x'), { rules: rulesOf({ it: { ...EVERYBODY, drop: 1, ...rule } }) }, 1000);
    return timesMs.map((nowMs) => (judge(link(), 'PreVote', 1, faults, nowMs).type === 'dropped' ? 'x' : '.')).join('');
  };
  t.equal(at({ startAfterMs: 500 }, 1000, 1499.9, 1500, 9000), '..xx');
  t.equal(at({ ttlMs: 500 }, 1000, 1499.9, 1500, 9000), 'xx..');
  t.equal(at({ startAfterMs: 100, ttlMs: 300 }, 1099, 1100, 1299, 1300), '.xx.');
  t.equal(at({ flap: { onMs: 100, offMs: 50 } }, 1000, 1099.9, 1100, 1149.9, 1150, 1249, 1250, 1300), 'xx..xx.x');
  t.equal(at({ startAfterMs: 40, flap: { onMs: 10, offMs: 10 } }, 1039, 1040, 1050, 1060), '.x.x');
});

t.test('a drop names its cause and who struck before it, and ends it', async (t) => {
  const faults = faultsOf({
    slow: { ...EVERYBODY, delay: '5ms' },
    gone: { ...EVERYBODY, drop: 1 },
    never: { ...EVERYBODY, duplicate: 1 },
  });
  const fate = judge(link(), 'PreVote', 1, faults, 0);
  t.match(fate, { type: 'dropped', cause: 'loss' });
  const strikes = fate.type === 'dropped' ? fate.strikes : [];
  t.same(
    strikes.map(({ rule, fault }) => `${rule.name} ${fault}`),
    ['slow delay', 'gone drop'],
  );
  t.same(
    faults.rules.map(({ matched }) => matched),
    [1, 1, 0],
  );
});

t.test('disconnect loses the frame, and says whose socket it closes', async (t) => {
  const fate = (disconnect: unknown) => judge(link(), 'PreVote', 1, faultsOf({ it: { ...EVERYBODY, disconnect } }), 0);
  t.match(fate(1), { type: 'dropped', cause: 'disconnect', disconnect: 'sender' });
  t.match(fate({ probability: 1, end: 'receiver' }), { type: 'dropped', disconnect: 'receiver' });
});

t.test('delays add up, and name who makes them', async (t) => {
  const faults = faultsOf({ one: { ...EVERYBODY, delay: '5ms' }, other: { ...EVERYBODY, delay: '1.5s' } });
  const fate = judge(link(), 'PreVote', 1, faults, 100);
  t.equal(timeOf(fate, 100), 1605);
  const [copy] = fate.type === 'planned' ? fate.copies : [];
  t.same(
    copy?.delayedBy.map(({ rule }) => rule.name),
    ['one', 'other'],
  );
  t.match(copy, { inOrder: true, heldBy: undefined, damage: undefined });
});

t.test('frames of a link stay in order, one that nothing strikes too', async (t) => {
  const on = link();
  const slow = faultsOf({ slow: { ...EVERYBODY, types: ['AppendEntries'], delay: '100ms' } });
  t.equal(timeOf(judge(on, 'AppendEntries', 1, slow, 0), 0), 100);
  const behind = judge(on, 'PreVote', 1, slow, 50);
  t.match(behind, { type: 'planned', strikes: [], copies: [{ atMs: 100, inOrder: true }] });
  t.equal(judge(on, 'PreVote', 1, slow, 100).type, 'delivered', 'the one in front is gone');
  t.equal(timeOf(judge(link('p2', 'p1'), 'PreVote', 1, slow, 50), 50), 50, 'another link waits for nobody');
  on.lastAtMs = -Infinity;
  t.equal(judge(on, 'PreVote', 1, slow, 60).type, 'delivered', 'nor does one whose frames were let go');
});

t.test('frames with delays at random stay in order, and none comes before its own delay', async (t) => {
  const on = link();
  const alone = link();
  const faults = faultsOf({ slow: { ...EVERYBODY, delay: '0..100ms' } });
  let lastMs = 0;
  let waited = 0;
  for (let nowMs = 0; nowMs < 1000; nowMs += 1) {
    alone.lastAtMs = -Infinity;
    const ownMs = timeOf(judge(alone, 'PreVote', 1, faults, nowMs), nowMs) ?? NaN;
    const atMs = timeOf(judge(on, 'PreVote', 1, faults, nowMs), nowMs) ?? NaN;
    if (atMs !== Math.max(ownMs, lastMs)) t.equal(atMs, Math.max(ownMs, lastMs), `frame ${nowMs}`);
    if (atMs > ownMs) waited += 1;
    lastMs = atMs;
  }
  t.ok(waited > 500, `${waited} of 1000 waited for one in front`);
});

t.test('reordered frames neither wait nor make others wait', async (t) => {
  const on = link();
  const faults = faultsOf({
    late: { ...EVERYBODY, types: ['PreVote'], reorder: { probability: 1, delay: '70ms' } },
    slow: { ...EVERYBODY, types: ['AppendEntries'], delay: '100ms' },
  });
  t.match(judge(on, 'PreVote', 1, faults, 0), { copies: [{ atMs: 70, inOrder: false }] });
  t.equal(judge(on, 'TimeoutNow', 1, faults, 1).type, 'delivered', 'past the late one');
  t.match(judge(on, 'AppendEntries', 1, faults, 2), { copies: [{ atMs: 102 }] });
  t.match(judge(on, 'PreVote', 1, faults, 3), { copies: [{ atMs: 73 }] }, 'past the slow one');
});

t.test('copies come right behind the frame, or later and out of order', async (t) => {
  const plain = judge(link(), 'PreVote', 1, faultsOf({ it: { ...EVERYBODY, duplicate: 1 } }), 7);
  t.match(plain, {
    type: 'planned',
    copies: [
      { atMs: 7, inOrder: true },
      { atMs: 7, inOrder: true },
    ],
  });
  const late = faultsOf({
    it: { ...EVERYBODY, duplicate: { probability: 1, copies: 3, delay: '20ms' }, delay: '5ms' },
  });
  const fate = judge(link(), 'PreVote', 1, late, 0);
  t.same(fate.type === 'planned' && fate.copies.map(({ atMs, inOrder }) => [atMs, inOrder]), [
    [5, true],
    [25, false],
    [25, false],
    [25, false],
  ]);
});

t.test('held frames have no time, are held by the first who does, and let others past', async (t) => {
  const on = link();
  const faults = faultsOf({
    one: { ...EVERYBODY, types: ['PreVote'], hold: true },
    other: { ...EVERYBODY, types: ['PreVote'], hold: true, duplicate: 1 },
  });
  const fate = judge(on, 'PreVote', 1, faults, 0);
  t.match(fate, { type: 'planned', copies: [{ atMs: undefined }, { atMs: undefined }] });
  t.equal(fate.type === 'planned' && fate.copies[0]?.heldBy, faults.rules[0]);
  t.equal(judge(on, 'AppendEntries', 1, faults, 0).type, 'delivered');
});

t.test('a rule remembers each link apart, and only one that has something to remember', async (t) => {
  const remembering: readonly Readonly<Record<string, unknown>>[] = [
    { drop: 1, first: 3 },
    { drop: 1, skip: 2 },
    { drop: 1, every: 2 },
    { drop: { goodToBad: 0.2, badToGood: 0.2 } },
    { rate: { bytesPerSecond: 10_000, queueBytesMax: 250 } },
  ];
  const forgetful: readonly Readonly<Record<string, unknown>>[] = [
    { drop: 0.5 },
    { delay: '1..9ms' },
    { duplicate: 0.5 },
    { drop: 1, startAfterMs: 3, ttlMs: 4 },
    { hold: true },
  ];
  const isShared = (rule: Readonly<Record<string, unknown>>): boolean => {
    const faults = faultsOf({ rule: { ...EVERYBODY, ...rule } });
    return link('p1', 'p2').nextFrame(faults)[0] === link('p2', 'p3').nextFrame(faults)[0];
  };
  t.same(remembering.map(isShared), [false, false, false, false, false]);
  t.same(forgetful.map(isShared), [true, true, true, true, true], 'a million links hold nothing of it');
  for (const rule of [...remembering, ...forgetful]) {
    const inForce = (): Faults => faultsOf({ rule: { ...EVERYBODY, ...rule } });
    const alone = fatesOf(link('p1', 'p2'), inForce(), 40);
    const both = inForce();
    const [one, other] = [link('p1', 'p2'), link('p2', 'p3')];
    const beside = Array.from({ length: 40 }, (_, at) => {
      judge(other, 'AppendEntries', 100, both, at);
      return judge(one, 'AppendEntries', 100, both, at);
    });
    t.equal(JSON.stringify(beside.map(copiesOf)), JSON.stringify(alone.map(copiesOf)), JSON.stringify(rule));
  }
});

/** What of a fate does not say which rule it was. */
function copiesOf(fate: Fate): unknown {
  if (fate.type !== 'planned') return fate.type;
  return fate.copies.map(({ atMs, heldBy, inOrder }) => [atMs, heldBy?.name, inOrder]);
}
