import t from 'tap';
import {
  changeFaults,
  expiredRules,
  type Faults,
  nextExpiryMs,
  noFaults,
  RULES_MAX,
} from '../../server/faults/Faults.ts';
import { acceptDelay, judge, shuffled } from '../../server/faults/judge.ts';
import type { LinkFaults } from '../../server/faults/LinkFaults.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { Profile } from '../../shared/http/Network.ts';
import { change, client, CONTEXT, EVERYBODY, faultsOf, fatesOf, link, peer, rulesOf, sketch, timeOf } from './stage.ts';

const DROP = { ...EVERYBODY, drop: 1 };

t.test('rules that a change does not touch go on, with their counters, their age and their places', async (t) => {
  const on = link();
  const first = faultsOf({ keep: { ...DROP, first: 5 }, goes: { ...EVERYBODY, delay: '1ms' } });
  t.equal(sketch(fatesOf(on, first, 3)), 'xxx');
  const second = change(
    first,
    { rules: rulesOf({ fresh: { ...EVERYBODY, delay: '0ms' }, keep: { first: 5, ...DROP } }) },
    50,
  );
  t.equal(second.epoch, 2);
  t.same(
    second.rules.map(({ name, sinceEpoch, sinceMs, matched }) => [name, sinceEpoch, sinceMs, matched]),
    [
      ['fresh', 2, 50, 0],
      ['keep', 1, 0, 3],
    ],
  );
  t.equal(second.rules[1], first.rules[0], 'the same object, whatever the order of its keys');
  t.equal(sketch(fatesOf(on, second, 4, 'PreVote', 100)), 'xx~~', 'two of the first five are left');
  const changed = change(second, { rules: rulesOf({ keep: { ...DROP, first: 1 } }) });
  t.equal(sketch(fatesOf(on, changed, 3, 'PreVote', 200)), 'x..', 'one that differs begins anew');
  t.equal(first.rules.length, 2, 'what was in force before is not touched');
});

t.test('a rule that is to begin anew does, though it is the same; one that is not there is refused', async (t) => {
  const on = link();
  const rules = rulesOf({ two: { ...DROP, first: 2, ttlMs: 90 }, other: { from: 'p3', to: 'p4', drop: 1 } });
  const before = change(faultsOf({}), { rules });
  t.equal(sketch(fatesOf(on, before, 3)), 'xx.');
  const after = change(before, { rules, renewed: new Set(['two']) }, 50);
  t.equal(sketch(fatesOf(on, after, 3, 'PreVote', 50)), 'xx.');
  t.equal(nextExpiryMs(after), 140);
  t.equal(after.rules[1], before.rules[1]);
  const wrong = (): unknown => change(before, { rules, renewed: new Set(['two', 'too']) });
  t.throws(wrong, { code: 'REQUEST_INVALID', details: { place: '/renewed/1' } });
});

const THIN = { ...EVERYBODY, rate: { bytesPerSecond: 1000, queueBytesMax: 250 } };

/** Frames of 100 bytes, one after the other at the same time, until one is lost. @returns when the others come */
function timesOf(on: LinkFaults, faults: Faults, nowMs: number): number[] {
  const times: number[] = [];
  for (;;) {
    const fate = judge(on, 'AppendEntries', 100, faults, nowMs);
    if (fate.type === 'dropped') return times;
    times.push(timeOf(fate, nowMs) ?? NaN);
  }
}

t.test(
  'what waits for a bandwidth waits on, and counts, when its rule is replaced or renewed, or a seed is set',
  async (t) => {
    const on = link();
    const rules = rulesOf({ thin: THIN });
    const first = change(faultsOf({}), { rules });
    t.same(timesOf(on, first, 0), [100, 200, 300]);
    const renewed = change(first, { rules, renewed: new Set(['thin']) }, 49);
    t.same(timesOf(on, renewed, 49), [], 'a queue that is full stays full');
    t.same(timesOf(on, renewed, 140), [400]);
    const reseeded = change(renewed, { seed: 'other' }, 141);
    t.same(timesOf(on, reseeded, 141), []);
    t.same(timesOf(on, reseeded, 240), [500]);
    const faster = rulesOf({ thin: { ...THIN, rate: { bytesPerSecond: 2000, queueBytesMax: 350 } } });
    t.same(
      timesOf(on, change(reseeded, { rules: faster }, 300), 400),
      [500, 500, 550, 600],
      'at its rate: 200 bytes were left at 300 ms',
    );
    const gone = change(reseeded, { rules: rulesOf({}) }, 300);
    const again = change(gone, { rules }, 300);
    t.equal(timesOf(on, again, 300).length, 3, 'one that went takes nothing along');
  },
);

t.test('what a change leaves out stays; a profile comes first, and goes whole', async (t) => {
  const profile = { name: 'mine', rules: { a: { ...EVERYBODY, delay: '1ms' } } } as unknown as Profile;
  const faults = change(faultsOf({ a: DROP }), { profile });
  t.same(
    faults.rules.map(({ name, ofProfile }) => [name, ofProfile]),
    [
      ['a', true],
      ['a', false],
    ],
  );
  const same = change(faults, { profile, seed: 'other' });
  t.equal(same.rules[0], faults.rules[0], 'the same profile again changes nothing');
  t.equal(same.seed, 'other');
  t.equal(same.seedEpoch, same.epoch);
  const reliable = change(faults, { profile: { name: 'reliable' } });
  t.same(
    reliable.rules.map(({ ofProfile }) => ofProfile),
    [false],
  );
  t.equal(reliable.profile.name, 'reliable');
  t.equal(change(reliable, { partition: null }).rules[0], faults.rules[1], "the user's go on");
});

t.test('a seed begins everything anew: numbers, counters of links, bursts', async (t) => {
  const on = link();
  const rules = {
    some: { ...EVERYBODY, drop: 0.5, skip: 10 },
    bursts: { ...EVERYBODY, drop: { goodToBad: 0.1, badToGood: 0.1 } },
  };
  const first = faultsOf(rules, 'one');
  const before = sketch(fatesOf(on, first, 500));
  t.not(sketch(fatesOf(on, first, 500)), before, 'it goes on with other numbers');
  const again = change(first, { seed: 'one' });
  t.equal(sketch(fatesOf(on, again, 500)), before, 'the same seed gives the same');
  t.equal(on.frames, 500);
  t.not(sketch(fatesOf(on, change(again, { seed: 'two' }), 500)), before, 'another seed gives others');
});

t.test('expiry', async (t) => {
  const faults = change(
    noFaults('x'),
    { rules: rulesOf({ a: { ...DROP, ttlMs: 50 }, b: DROP, c: { ...DROP, ttlMs: 20 } }) },
    100,
  );
  t.equal(nextExpiryMs(faults), 120);
  t.same(expiredRules(faults, 119.9), []);
  t.same(expiredRules(faults, 120), ['c']);
  t.same(expiredRules(faults, 150), ['a', 'c']);
  t.equal(nextExpiryMs(faultsOf({ b: DROP })), undefined);
});

t.test('accept: connections are answered later, and no frame is touched', async (t) => {
  const faults = faultsOf({
    slow: { from: 'p1', to: '*', accept: '50ms', skip: 1, every: 2, first: 2 },
    all: { from: 'peer', to: '*', accept: '1ms' },
  });
  const delays = Array.from({ length: 8 }, () => acceptDelay(peer('p1'), faults, 0).delayMs);
  t.same(delays, [1, 1, 51, 1, 51, 1, 1, 1]);
  t.same(acceptDelay(client('c'), faults, 0), { delayMs: 0, rules: [] });
  t.equal(acceptDelay(peer('p9'), faults, 0).delayMs, 1, 'each endpoint is counted for itself');
  t.equal(faults.rules[0]?.hits.accept, 2);
  t.same(fatesOf(link(), faults, 1), [{ type: 'delivered' }]);
  const drawn = () => {
    const inForce = faultsOf({ it: { from: '*', to: '*', accept: '0..100ms', probability: 0.5 } });
    return Array.from({ length: 200 }, () => acceptDelay(peer('p1'), inForce, 0).delayMs);
  };
  const some = drawn();
  t.same(drawn(), some, 'from the seed');
  const none = some.filter((ms) => ms === 0).length;
  t.ok(none > 70 && none < 130, `${none} of 200 are not late`);
});

t.test('shuffled: every order as likely, from the seed and the stream', async (t) => {
  const faults = noFaults('seed');
  const counts = new Map<string, number>();
  for (let draw = 0; draw < 6000; draw += 1) {
    const order = shuffled(['a', 'b', 'c'], faults, String(draw)).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  t.equal(counts.size, 6);
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  t.ok(chiSquare < 25.7, `chi-square ${chiSquare.toFixed(1)} with 5 degrees of freedom: beyond 25.7 once in 10,000`);
  t.same(shuffled([1, 2, 3, 4], faults, 's'), shuffled([1, 2, 3, 4], faults, 's'));
  t.same(shuffled([], faults, 's'), []);
  const many = Array.from({ length: 20_000 }, (_, at) => at);
  t.same(
    [...shuffled(many, faults, 's')].sort((a, b) => a - b),
    many,
  );
});

t.test('rules that make no sense are refused whole, with the place and what is legal', async (t) => {
  const wrong: [rule: object, place: string, message: RegExp][] = [
    [{ from: 'p1', drop: 1 }, '/to', /missing; legal is an id, a list of ids, or one of \* peer client leader/],
    [{ ...EVERYBODY }, '', /a rule without any fault; legal is at least one of drop, delay, reorder, duplicate/],
    [{ ...EVERYBODY, hold: false }, '', /without any fault/],
    [{ ...DROP, from: 'not an id' }, '/from', /"not an id"/],
    [{ ...DROP, from: [] }, '/from', /an empty list/],
    [{ ...DROP, to: ['p1', 7] }, '/to/1', /is 7; legal is an id/],
    [{ ...DROP, to: ['p1', 'p2', 'p1'] }, '/to/2', /is p1 a second time; legal is each id once/],
    [{ ...DROP, drop: 1.1 }, '/drop', /is 1\.1; legal is a number from 0, never, to 1, always/],
    [{ ...DROP, drop: -0.1 }, '/drop', /-0\.1/],
    [{ ...DROP, drop: NaN }, '/drop', /NaN/],
    [{ ...DROP, drop: '10%' }, '/drop', /"10%"/],
    [{ ...DROP, drop: { goodToBad: 0.1 } }, '/drop/badToGood', /missing/],
    [{ ...DROP, drop: { goodToBad: 2, badToGood: 1 } }, '/drop/goodToBad', /is 2/],
    [
      { ...DROP, drop: { goodToBad: 0, badToGood: 1, lossgood: 1 } },
      '/drop/lossgood',
      /unknown \(did you mean lossGood\?\)/,
    ],
    [{ ...DROP, probability: 7 }, '/probability', /from 0/],
    [{ ...EVERYBODY, delay: '50' }, '/delay', /a delay needs a unit: 50ms; legal is 50ms, 1\.5s, 50\.\.200ms/],
    [{ ...EVERYBODY, delay: 50 }, '/delay', /needs a unit/],
    [{ ...EVERYBODY, reorder: { probability: 1, delay: '5' } }, '/reorder/delay', /needs a unit/],
    [{ ...EVERYBODY, reorder: { delay: '5ms' } }, '/reorder/probability', /missing/],
    [{ ...EVERYBODY, duplicate: { probability: 1, copies: 11 } }, '/duplicate/copies', /whole number from 1 to 10/],
    [{ ...EVERYBODY, rate: 5 }, '/rate', /from 0|an object with bytesPerSecond/],
    [{ ...EVERYBODY, rate: { bytesPerSecond: 0 } }, '/rate/bytesPerSecond', /from 1 to/],
    [{ ...EVERYBODY, rate: {} }, '/rate/bytesPerSecond', /missing/],
    [{ ...EVERYBODY, disconnect: { probability: 1, end: 'both' } }, '/disconnect/end', /"sender" or "receiver"/],
    [{ ...DROP, hold: 1 }, '/hold', /true or false/],
    [{ ...DROP, both: 'yes' }, '/both', /true or false/],
    [{ ...DROP, first: 0 }, '/first', /is 0; legal is a whole number from 1/],
    [{ ...DROP, every: 1.5 }, '/every', /1\.5/],
    [{ ...DROP, skip: -1 }, '/skip', /-1/],
    [{ ...DROP, flap: { onMs: 0.5, offMs: 5 } }, '/flap/onMs', /from 1 to/],
    [{ ...DROP, flap: { onMs: 5 } }, '/flap/offMs', /missing/],
    [{ ...DROP, ttlMs: 0 }, '/ttlMs', /from 1 to/],
    [{ ...DROP, startAfterMs: 1e9 }, '/startAfterMs', /to 86400000/],
    [{ ...DROP, startAfterMs: 500, ttlMs: 500 }, '/ttlMs', /would end before it begins/],
    [{ ...DROP, types: [] }, '/types', /a list of 1 to 64/],
    [
      { ...DROP, types: ['RequestVotes'] },
      '/types/0',
      /did you mean RequestVote\?\); legal is one of @requests, @replies, @client, RequestVote/,
    ],
    [{ ...DROP, types: ['PreVote', 'Hello'] }, '/types/1', /which no fault applies to/],
    [{ from: '*', to: '*', accept: '5' }, '/accept', /needs a unit/],
    [{ from: '*', to: 'p1', accept: '5ms' }, '/to', /about the connections of `from`/],
    [{ from: '*', to: '*', accept: '5ms', both: true }, '/both', /given with accept/],
    [{ from: '*', to: '*', accept: '5ms', types: ['PreVote'] }, '/types', /given with accept/],
    [{ from: '*', to: '*', accept: '5ms', drop: 1 }, '/accept', /a rule of its own/],
    [{ ...DROP, dealy: '5ms' }, '/dealy', /unknown \(did you mean delay\?\); legal is from, to, both/],
  ];
  const before = faultsOf({ good: DROP });
  for (const [rule, place, message] of wrong) {
    const rules = rulesOf({ good: DROP, fine: DROP, bad: rule });
    const expected = {
      name: 'WhitewaterError',
      code: 'RULE_INVALID',
      details: { place: `/rules/bad${place}` },
      message,
    };
    t.throws(() => change(before, { rules }), expected, JSON.stringify(rule));
    t.throws(() => change(before, { rules }), { message: /; nothing was changed$/ });
  }
  for (const rule of [7, null, 'drop', []]) {
    t.throws(() => change(before, { rules: rulesOf({ bad: rule }) }), {
      code: 'RULE_INVALID',
      details: { place: '/rules/bad' },
    });
  }
  t.throws(() => change(before, { rules: rulesOf({ 'no name': DROP }) }), {
    code: 'RULE_INVALID',
    message: /no name of a rule/,
  });
  const many = Object.fromEntries(Array.from({ length: RULES_MAX + 1 }, (_, at) => [`r${at}`, DROP]));
  t.throws(() => change(before, { rules: rulesOf(many) }), { code: 'RULE_INVALID', message: /at most 256 rules/ });
  const samplesMs = Array.from({ length: 10_000 }, () => 1);
  const ids = (prefix: string): string[] => Array.from({ length: 1024 }, (_, at) => `${prefix}${at}`.padEnd(64, 'x'));
  const named = { ...DROP, from: ids('a'), to: ids('b') };
  const three = { a: named, b: named, c: named };
  const most = change(noFaults('s'), { rules: rulesOf(three) });
  t.equal(change(most, { seed: 'another' }).rules.length, 3, 'what is as large as it may be goes on');
  t.throws(() => change(most, { rules: rulesOf({ ...three, d: named }) }), {
    code: 'RULE_INVALID',
    message: /^\/rules is part of faults that come to 5\d{5} characters of JSON; legal is at most 524288 of them/,
    details: { place: '/rules' },
  });
  const profile = { name: 'mine', rules: { d: named } } as unknown as Profile;
  t.throws(() => change(most, { profile }), { code: 'RULE_INVALID' }, 'a profile counts too');
  const group = Array.from({ length: 8 }, (_, at) => ids(`${at}.`) as never);
  t.throws(() => change(before, { partition: { groups: group } }), {
    code: 'REQUEST_INVALID',
    details: { place: '/partition' },
  });
  const heavy = Object.fromEntries(
    Array.from({ length: 11 }, (_, at) => [`r${at}`, { ...EVERYBODY, delay: { samplesMs } }]),
  );
  t.throws(() => change(before, { rules: rulesOf(heavy) }), {
    code: 'RULE_INVALID',
    message: /110000 samples.*at most 100000/,
  });
  t.equal(before.epoch, 1, 'what was in force stays in force');
  t.equal(judge(link(), 'PreVote', 1, before, 0).type, 'dropped');
});

t.test('rules of a profile of the user are refused with their places too', async (t) => {
  const profile = { name: 'mine', rules: { slow: { ...EVERYBODY, delay: '5' } } } as unknown as Profile;
  t.throws(() => change(noFaults('x'), { profile }), {
    code: 'RULE_INVALID',
    details: { place: '/profile/rules/slow/delay' },
  });
});

t.test('endpoints that nobody knows are refused, when it is known who there is', async (t) => {
  const context = { ...CONTEXT, endpoints: ['p1', 'p2', 'client-1'] };
  const given = (next: object) => changeFaults(noFaults('x'), next, context);
  t.throws(() => given({ rules: rulesOf({ a: { ...DROP, from: 'p3' } }) }), {
    code: 'PEER_UNKNOWN',
    details: { place: '/rules/a/from', unknown: ['p3'] },
    message: /p3, which never connected \(did you mean p1\?\); known are p1, p2, client-1; nothing was changed/,
  });
  t.throws(() => given({ rules: rulesOf({ a: { ...DROP, to: ['p1', 'nobody'] } }) }), {
    code: 'PEER_UNKNOWN',
    details: { place: '/rules/a/to/1' },
  });
  t.throws(() => given({ partition: { groups: [['p1'], ['p7']] } }), {
    code: 'PEER_UNKNOWN',
    details: { unknown: ['p7'] },
  });
  for (const regions of [{ eu: ['p77'] }, { us: ['p1'], eu: ['p77'] }, { eu: ['p77', 'p1'] }]) {
    t.throws(() => given({ profile: { name: 'wan', regions } as unknown as Profile }), {
      code: 'PEER_UNKNOWN',
      message: /^\/profile\/regions\/eu\/0 names p77, which never connected/,
      details: { unknown: ['p77'] },
    });
  }
  t.doesNotThrow(() => given({ profile: { name: 'wan', regions: { eu: ['p1'] } } as unknown as Profile }));
  t.doesNotThrow(() => given({ rules: rulesOf({ a: { ...DROP, from: 'leader', to: ['client-1'] } }) }));
  const later = given({ rules: rulesOf({ a: { ...DROP, from: 'client-1' } }) });
  t.doesNotThrow(
    () =>
      changeFaults(
        later,
        { rules: rulesOf({ a: { ...DROP, from: 'client-1' }, b: DROP }) },
        { ...CONTEXT, endpoints: ['p1'] },
      ),
    'a rule in force stays legal when its endpoint is forgotten',
  );
});

t.test('types of other protocols may be named when they are told', async (t) => {
  const rules = rulesOf({ a: { ...DROP, types: ['Gossip'] } });
  t.throws(() => changeFaults(noFaults('x'), { rules }, CONTEXT), WhitewaterError);
  const faults = changeFaults(noFaults('x'), { rules }, { ...CONTEXT, extraTypes: new Set(['Gossip']) });
  t.equal(judge(link(), 'Gossip', 1, faults, 0).type, 'dropped');
});
