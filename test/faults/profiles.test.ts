import t from 'tap';
import { type Faults, noFaults } from '../../server/faults/Faults.ts';
import { judge } from '../../server/faults/judge.ts';
import { isProfile, rulesOfProfile } from '../../server/faults/profiles.ts';
import { REGION_NAMES, regionsInTurn, roundTripMs } from '../../server/faults/regions.ts';
import { type Profile, PROFILES } from '../../shared/http/Network.ts';
import { change, CONTEXT, delaysOf, deviations, EVERYBODY, link, mean, quantile } from './stage.ts';

const COUNT = 50_000;

function profiled(profile: object): Faults {
  return change(noFaults('seed'), { profile: profile as Profile });
}

/** The share that is lost, and by how much the others are late. */
function travelled(name: string, type: string): { lost: number; delaysMs: number[] } {
  const on = link();
  const all = delaysOf(on, profiled({ name }), COUNT, type);
  return { lost: all.filter(Number.isNaN).length, delaysMs: all.filter((ms) => !Number.isNaN(ms)) };
}

t.test('reliable has no rules', async (t) => {
  t.same(profiled({ name: 'reliable' }).rules, []);
});

t.test(
  'labrpc-unreliable: a tenth of requests and of replies is lost; requests take 0 to 26 whole milliseconds',
  async (t) => {
    for (const type of ['RequestVote', 'AppendEntries', 'ClientRequest']) {
      const { lost, delaysMs } = travelled('labrpc-unreliable', type);
      t.ok(deviations(lost, COUNT, 0.1) < 4.5, `${lost} of ${COUNT} ${type} lost`);
      t.same(
        [...new Set(delaysMs)].sort((a, b) => a - b),
        Array.from({ length: 27 }, (_, at) => at),
      );
      t.ok(Math.abs(mean(delaysMs) - 13) < 0.2, `mean ${mean(delaysMs)}`);
    }
    for (const type of ['RequestVoteReply', 'ClientReply']) {
      const { lost, delaysMs } = travelled('labrpc-unreliable', type);
      t.ok(deviations(lost, COUNT, 0.1) < 4.5, `${lost} of ${COUNT} ${type} lost`);
      t.same(new Set(delaysMs), new Set([0]), 'replies go at once');
    }
  },
);

t.test('labrpc-unreliable: a call succeeds with 0.9 x 0.9', async (t) => {
  const faults = profiled({ name: 'labrpc-unreliable' });
  const [there, back] = [link('p1', 'p2'), link('p2', 'p1')];
  let answered = 0;
  for (let call = 0; call < COUNT; call += 1) {
    if (judge(there, 'RequestVote', 1, faults, 0).type === 'dropped') continue;
    if (judge(back, 'RequestVoteReply', 1, faults, 0).type !== 'dropped') answered += 1;
  }
  t.ok(deviations(answered, COUNT, 0.81) < 4.5, `${answered} of ${COUNT}`);
});

t.test(
  'labrpc: each message is on its own: replies do not wait for requests, nor requests for each other',
  async (t) => {
    const faults = profiled({ name: 'labrpc-unreliable' });
    const on = link();
    const times: number[] = [];
    for (let frame = 0; frame < 1000; frame += 1) {
      const fate = judge(on, 'AppendEntries', 1, faults, 0);
      if (fate.type === 'planned') times.push(fate.copies[0]?.atMs ?? NaN);
      const reply = judge(on, 'AppendEntriesReply', 1, faults, 0);
      t.not(reply.type, 'planned');
    }
    t.ok(
      times.some((atMs, at) => atMs < (times[at - 1] ?? 0)),
      'one overtakes another',
    );
  },
);

t.test('labrpc-long-reordering: two thirds of the replies take 200 to 2199 ms, 700 on average', async (t) => {
  const { lost, delaysMs } = travelled('labrpc-long-reordering', 'AppendEntriesReply');
  t.ok(deviations(lost, COUNT, 0.1) < 4.5, `${lost} of ${COUNT} lost`);
  const late = delaysMs.filter((ms) => ms > 0);
  t.ok(deviations(late.length, delaysMs.length, 2 / 3) < 4.5, `${late.length} of ${delaysMs.length} are held`);
  t.ok(late.every((ms) => Number.isInteger(ms) && ms >= 200 && ms <= 2199));
  // Mean of U in [0, V], V in [0, 1999]: a quarter of 1999.
  t.ok(Math.abs(mean(late) - (200 + 1999 / 4)) < 10, `mean ${mean(late)}`);
  const short = late.filter((ms) => ms < 300).length / late.length;
  const expected =
    Array.from({ length: 2000 }, (_, bound) => Math.min(1, 100 / (bound + 1))).reduce((a, b) => a + b) / 2000;
  t.ok(Math.abs(short - expected) < 0.01, `${short} within 100 ms, for ${expected}: short ones are the likeliest`);
  t.same(new Set(travelled('labrpc-long-reordering', 'PreVote').delaysMs).size, 27, 'requests as in labrpc-unreliable');
});

t.test(
  'labrpc delivers what is on its way when a partition comes; the others cut it; both can be told otherwise',
  async (t) => {
    t.equal(profiled({ name: 'labrpc-unreliable' }).profile.inFlight, 'delivered');
    t.equal(profiled({ name: 'labrpc-long-reordering' }).profile.inFlight, 'delivered');
    t.equal(profiled({ name: 'lan' }).profile.inFlight, 'cut');
    t.equal(profiled({ name: 'lan', inFlight: 'delivered' }).profile.inFlight, 'delivered');
  },
);

t.test('lan: a fraction of a millisecond, and nothing lost', async (t) => {
  const { lost, delaysMs } = travelled('lan', 'PreVote');
  t.equal(lost, 0);
  t.ok(quantile(delaysMs, 0.999) < 0.5);
  t.ok(Math.abs(mean(delaysMs) - 0.25) < 0.01);
});

t.test('wan: half of the published round trip between regions', async (t) => {
  const regions = { eu: ['p1', 'p2'], us: ['p3'], japan: ['p4'] };
  const faults = profiled({ name: 'wan', regions });
  const delayOf = (from: string, to: string) => mean(delaysOf(link(from, to), faults, 2000));
  const near = (found: number, expected: number) =>
    t.ok(Math.abs(found / expected - 1) < 0.02, `${found} for ${expected}`);
  near(delayOf('p1', 'p3'), 80.55 / 2);
  near(delayOf('p3', 'p2'), 80.55 / 2);
  near(delayOf('p4', 'p3'), 145.3 / 2);
  near(delayOf('p1', 'p4'), 212.4 / 2);
  near(delayOf('p1', 'p2'), 0.5);
  t.equal(delayOf('p1', 'client-1'), 0, 'who is in no region is near to everybody');
});

t.test('wan: every two regions have a distance; peers without regions stand in turn over three', async (t) => {
  for (const one of REGION_NAMES) {
    for (const other of REGION_NAMES) {
      const ms = roundTripMs(one, other);
      t.equal(ms === undefined, one === other, `${one} to ${other}: ${ms}`);
      t.equal(ms, roundTripMs(other, one));
    }
  }
  t.same(regionsInTurn(['p1', 'p2', 'p3', 'p4', 'p5']), { eu: ['p1', 'p4'], us: ['p2', 'p5'], japan: ['p3'] });
  const inTurn = profiled({ name: 'wan' });
  t.same(
    inTurn.rules.map(({ name }) => name),
    ['wan.eu', 'wan.eu.us', 'wan.eu.japan', 'wan.us', 'wan.us.japan'],
  );
  t.equal(rulesOfProfile({ name: 'wan' }, []).size, 0);
});

t.test('flaky: some percent are lost, mostly in bursts; some are late, some come twice', async (t) => {
  const faults = profiled({ name: 'flaky' });
  const on = link();
  let [lost, bursts, late, twice, before] = [0, 0, 0, 0, false];
  for (let frame = 0; frame < COUNT; frame += 1) {
    const fate = judge(on, 'PreVote', 1, faults, frame * 1000);
    const isLost = fate.type === 'dropped';
    if (isLost) lost += 1;
    if (isLost && before) bursts += 1;
    before = isLost;
    if (fate.type === 'planned' && fate.copies[0]?.inOrder === false) late += 1;
    if (fate.type === 'planned' && fate.copies.length > 1) twice += 1;
  }
  t.ok(lost / COUNT > 0.015 && lost / COUNT < 0.035, `${lost} lost`);
  t.ok(bursts / lost > 0.4, `${bursts} of them behind another`);
  t.ok(deviations(late, COUNT - lost, 0.02) < 4.5, `${late} late`);
  t.ok(deviations(twice, COUNT - lost, 0.01) < 4.5, `${twice} twice`);
});

t.test("a profile of the user's own", async (t) => {
  const mine = { name: 'satellite', rules: { far: { ...EVERYBODY, delay: '270ms' } }, inFlight: 'delivered' };
  const faults = profiled(mine);
  t.match(faults.profile, { name: 'satellite', inFlight: 'delivered' });
  t.same(delaysOf(link(), faults, 1), [270]);
});

t.test('what is no profile is refused, with those that there are', async (t) => {
  const wrong: [profile: object, expected: { code: string; message: RegExp }][] = [
    [
      { name: 'wann' },
      {
        code: 'PROFILE_UNKNOWN',
        message:
          /"wann" \(did you mean wan\?\); there are reliable, labrpc-unreliable, .* flaky, and any other name together with rules/,
      },
    ],
    [{ name: 'constructor' }, { code: 'PROFILE_UNKNOWN', message: /nothing was changed/ }],
    [
      { name: 'lan', rules: {} },
      { code: 'RULE_INVALID', message: /\/profile\/rules is given with lan/ },
    ],
    [
      { name: 'lan', regions: {} },
      { code: 'RULE_INVALID', message: /regions with wan only/ },
    ],
    [
      { name: 'mine', rules: {}, regions: {} },
      { code: 'RULE_INVALID', message: /regions with wan only/ },
    ],
    [
      { name: 'no name', rules: {} },
      { code: 'RULE_INVALID', message: /\/profile\/name/ },
    ],
    [
      { name: 'wan', regions: { mars: ['p1'] } },
      { code: 'RULE_INVALID', message: /\/profile\/regions\/mars is no region.*us, us-west, eu/ },
    ],
    [
      { name: 'wan', regions: { eu: ['p1'], us: ['p2', 'p1'] } },
      { code: 'RULE_INVALID', message: /\/profile\/regions\/us\/1 is p1 a second time/ },
    ],
  ];
  for (const [profile, expected] of wrong) t.throws(() => profiled(profile), expected, JSON.stringify(profile));
  for (const name of PROFILES) {
    t.ok(isProfile(name));
    t.ok(rulesOfProfile({ name }, CONTEXT.peers).size < 20);
  }
  t.notOk(isProfile('toString'));
});
