import t, { type Test } from 'tap';
import { holds } from '../../client/scenario/holds.ts';
import { parseCondition } from '../../client/scenario/parseCondition.ts';
import { rememberedValue } from '../../client/scenario/remembered.ts';
import type { Stage } from '../../client/scenario/Stage.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { ClusterView } from '../../shared/http/ClusterView.ts';
import { fakeStage, mute, peer, viewOf } from './FakeStage.ts';

const VARIABLES = ['old', 'n', 'many', 'w', 'text'];

async function judged(text: string, stage: Stage, view: ClusterView): Promise<{ isTrue: boolean; seen: string }> {
  const { claim } = parseCondition(text, { peers: stage.peers, variables: new Set(VARIABLES) });
  return holds(claim, stage, view);
}

/** Each condition, and whether it is true of the view. */
async function table(t: Test, stage: Stage, view: ClusterView, rows: Readonly<Record<string, boolean>>) {
  for (const [text, expected] of Object.entries(rows)) {
    const { isTrue, seen } = await judged(text, stage, view);
    t.equal(isTrue, expected, `${text}: ${seen}`);
  }
}

const HEALTHY = viewOf(
  peer('p1', { role: 'leader', term: 3, leader: 'p1', lastLogIndex: 9, commitIndex: 8, lastApplied: 7 }),
  peer('p2', { term: 3, leader: 'p1', lastLogIndex: 9, commitIndex: 8, lastApplied: 8 }),
  peer('p3', { role: 'candidate', term: 4, leader: null, lastLogIndex: 5, commitIndex: 5, lastApplied: 5 }),
);

t.test('each condition of peers is true when it is, and false when not', async (t) => {
  const stage = fakeStage();
  stage.memory.set('old', 'p1').set('n', 8).set('many', ['p1', 'p2']);
  await table(t, stage, HEALTHY, {
    leader: true,
    'leader among p1,p2': true,
    'leader among p2,p3': false,
    'leader among !$old': false,
    'leader is p1': true,
    'leader is p2': false,
    'leader is not p1': false,
    'leader is not p2,p3': true,
    'no leader': false,
    'no leader among p1': false,
    'no leader among p2,p3': true,
    'one term': false,
    'one term among p1,p2': true,
    'one term among $many': true,
    'equal commit': false,
    'equal commit among p1,p2': true,
    'term = 4': true,
    'term > 4': false,
    'term of p1,p2 = 3': true,
    'term of p1,p3 = 3': false,
    'commit >= 8': true,
    'commit < 8': false,
    'commit of p3 < 8': true,
    'commit of p1,p3 < 8': false,
    'commit of p1 = $n': true,
    'commit of p1 = $n+1': false,
    'commit of p1 != 8': false,
    'applied of p1 <= 7': true,
    'applied of p2 <= 7': false,
    'log of p1,p2 = 9': true,
    'log of p1,p3 = 9': false,
    'committed 5': true,
    'committed 8': false,
    'committed 8 on p1,p2': true,
    'p2 follows p1': true,
    'p2 follows leader': true,
    'p2 follows $old': true,
    'p3 follows p1': false,
    'all follows p1': false,
    'all follows p2': false,
    'p1 is leader': true,
    'p1 is follower': false,
    'p1 is not leader': false,
    'p2,p3 are not leader': true,
    'p1,p2 are not leader': false,
    'p3 is candidate': true,
    'p2 is learner': false,
    'p1,p2 is connected': true,
    'p1 is disconnected': false,
    'p1 is not disconnected': true,
  });
  t.match(await judged('p1,p2 follows p1', stage, HEALTHY), { isTrue: true }, 'a leader need not follow itself');
  const alone = viewOf(HEALTHY.peers[0] ?? mute('p1'));
  t.match(await judged('p1 follows p1', fakeStage({ peers: ['p1'] }), alone), { isTrue: false, seen: /alone/ });
  await t.rejects(judged('p2 follows $many', stage, HEALTHY), { message: /nobody follows several: p1, p2/ });
});

t.test('of several leaders the one of the highest term counts; two of one term end the scenario', async (t) => {
  const leaders = (term: number) =>
    viewOf(peer('p1', { role: 'leader', term: 2 }), peer('p2', { role: 'leader', term }), peer('p3'));
  await table(t, fakeStage(), leaders(3), { 'leader is p2': true, 'leader is p1': false, 'leader among p1': true });
  await t.rejects(judged('leader', fakeStage(), leaders(2)), { message: 'p1 and p2 both lead in term 2' });
});

t.test('what nobody looked at is neither true nor its contrary', async (t) => {
  const view = viewOf(
    mute('p1'),
    peer('p2', { connected: false, role: 'leader', term: 2, leader: 'p2', commitIndex: 9, lastLogIndex: 9 }),
  );
  const stage = fakeStage();
  const silent = ['p1', 'p2', 'p3', 'p1,p3', 'all'];
  const conditions = silent.flatMap((who) => [
    ...[`leader among ${who}`, `no leader among ${who}`, `one term among ${who}`, `equal commit among ${who}`],
    ...['<', '>', '=', '!='].flatMap((sign) => [`term of ${who} ${sign} 1`, `commit of ${who} ${sign} 5`]),
    ...[`commit of ${who} >= 9`, `log of ${who} = 0`, `applied of ${who} = 0`, `committed 0 on ${who}`],
    ...[`${who} is leader`, `${who} is not leader`, `${who} is follower`, `${who} is not follower`],
    ...[`${who} follows p2`, `${who} follows p1`],
  ]);
  const bare = ['leader', 'no leader', 'one term', 'equal commit', 'term >= 0', 'commit >= 0', 'commit < 5', 'log = 0'];
  await table(t, stage, view, Object.fromEntries([...conditions, ...bare].map((text) => [text, false])));
  await table(t, stage, view, {
    'p1,p3 is connected': false,
    'p1,p3 is not connected': false,
    'p3 is disconnected': false,
    'p3 is connected': false,
    'p1 is connected': true,
    'p2 is disconnected': true,
    'p2 is connected': false,
    'http is not leader': false,
  });
  t.equal((await judged('no leader among p3', stage, view)).seen, 'p3 never connected');
  t.equal((await judged('no leader among p2', stage, view)).seen, 'p2 is disconnected');
  t.equal((await judged('term of p1 < 5', stage, view)).seen, 'p1 never told its status');
});

t.test('where nobody is named, those that are connected count, and at least one', async (t) => {
  const view = viewOf(
    peer('p1', { term: 2, commitIndex: 4 }),
    peer('p2', { connected: false, role: 'leader', term: 1, commitIndex: 7 }),
    peer('p3', { term: 2, commitIndex: 4 }),
  );
  await table(t, fakeStage(), view, {
    'no leader': true,
    'one term': true,
    'equal commit': true,
    'commit = 4': true,
    'commit = 7': false,
    'one term among all': false,
  });
  const nobody = viewOf(...['p1', 'p2', 'p3'].map((id) => peer(id, { connected: false })));
  await table(t, fakeStage(), nobody, {
    'no leader': false,
    'one term': false,
    'equal commit': false,
    'term >= 0': false,
  });
});

t.test('nothing is remembered of whom nobody heard', async (t) => {
  const numbers = (view: ClusterView, of?: string) =>
    rememberedValue(
      { kind: 'number', field: 'log', plus: 1, of: of === undefined ? undefined : [{ kind: 'id', id: of }] },
      fakeStage({ view: () => view }),
    );
  t.equal(await numbers(HEALTHY), 10);
  t.equal(await numbers(HEALTHY, 'p3'), 6);
  await t.rejects(numbers(viewOf(mute('p1'), mute('p2'), mute('p3'))), { message: 'p1 never told its status' });
  const away = viewOf(peer('p1'), peer('p2', { connected: false, lastLogIndex: 9 }), peer('p3'));
  await t.rejects(numbers(away, 'p2'), { message: 'p2 is disconnected' });
});

t.test('conditions of keys, requests, rules and frames', async (t) => {
  const values: Record<string, string | null> = { a: 'one two', p2: 'other', none: null, quoted: 'wait for 2s' };
  const stage = fakeStage({
    key: (key, at) => (key === 'gone' ? undefined : (values[at ?? key] ?? (at === undefined ? null : 'one two'))),
    rule: { matched: 7, hits: { drop: 2, delay: 3 } },
    frames: { held: 2, delayed: 0 },
  });
  stage.memory.set('text', 'one two');
  stage.requests.set('w', { done: new Promise(() => undefined), outcome: undefined });
  const view = viewOf(peer('p1'), peer('p2'), peer('p3'));
  await table(t, stage, view, {
    'key a = one two': true,
    'key a = one': false,
    'key a = $text': true,
    'key a != one': true,
    'key a != one two': false,
    'key a contains two': true,
    'key a contains three': false,
    'key a is present': true,
    'key a is missing': false,
    'key none is missing': true,
    'key none is present': false,
    'key none contains x': false,
    'key gone is missing': false,
    'key gone is present': false,
    'key gone != x': false,
    'key a = one two at p1': true,
    'key a = one two at p2': false,
    'key a = one two at p1,p3': true,
    'key a = one two at p1,p2': false,
    'key quoted = "wait for 2s"': true,
    'key quoted = "wait"': false,
    'rule x hits = 5': true,
    'rule x hits > 5': false,
    'rule x matched >= 7': true,
    'rule x matched < 7': false,
    'held = 2': true,
    'held > 2': false,
    'delayed < 1': true,
    'delayed != 0': false,
    '$w pending': true,
    '$w finished': false,
    '$w succeeded': false,
    '$w failed': false,
    '$text pending': false,
  });
  stage.requests.set('w', {
    done: new Promise(() => undefined),
    outcome: { ok: false, code: 'TIMED_OUT', message: 'late' },
  });
  await table(t, stage, view, {
    '$w pending': false,
    '$w finished': true,
    '$w succeeded': false,
    '$w failed': true,
    '$w failed with TIMED_OUT': true,
    '$w failed with NO_PEER or TIMED_OUT': true,
    '$w failed with NO_PEER': false,
  });
  stage.requests.set('w', { done: new Promise(() => undefined), outcome: { ok: true, text: 'r 1', value: 1 } });
  await table(t, stage, view, { '$w succeeded': true, '$w finished': true, '$w failed': false, '$w pending': false });
  const broken = fakeStage({
    key: () => {
      throw new WhitewaterError('RELAY_UNREACHABLE', 'gone');
    },
  });
  await t.rejects(judged('key a is missing', broken, view), { code: 'RELAY_UNREACHABLE' });
});

t.test('times are no part of values, and values no times', async (t) => {
  const scope = { peers: ['p1', 'p2', 'p3'], variables: new Set(['old']) };
  const read = (text: string) => parseCondition(text, scope);
  t.match(read('key k = "wait for 2s"'), { claim: { test: { value: { text: 'wait for 2s' } } }, forMs: undefined });
  t.match(read('key k = "wait for 2s" within 5s for 1s'), {
    ...{ claim: { test: { value: { text: 'wait for 2s' } } } },
    ...{ withinMs: 5000, forMs: 1000 },
  });
  t.match(read('key k within 5s = green'), { claim: { test: { value: { text: 'green' } } }, withinMs: 5000 });
  t.match(read('key k = "a\\"b" at p1,p2 within 1s'), {
    ...{ claim: { test: { value: { text: 'a"b' } }, at: [{ id: 'p1' }, { id: 'p2' }] }, withinMs: 1000 },
  });
  t.match(read('key k = waits for nobody'), { claim: { test: { value: { text: 'waits for nobody' } } } });
  t.match(read('key k is missing at p1 for 2s'), { claim: { test: { kind: 'missing' } }, forMs: 2000 });
  t.match(read('leader within 5s among p1 for 1s'), { claim: { kind: 'leader' }, withinMs: 5000, forMs: 1000 });
  for (const text of ['key k = wait for 2s', 'key k contains x within 5s', 'key k != x at p1 for 1s']) {
    t.throws(() => read(text), { message: /may be a value, or a value and a time: write values in quotes/ }, text);
  }
  t.throws(() => read('leader within 1s within 2s'), { message: /says "within" twice/ });
  t.throws(() => read('key k = "\\x"'), { message: /is not a text as JSON has them/ });
  for (const text of ['p1 follows p2,p3', 'p1 follows p2, p3', 'p1 follows all', 'p1 follows !$old']) {
    t.throws(() => read(text), { message: /is not one peer, and nobody follows several/ }, text);
  }
});
