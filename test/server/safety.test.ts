import t from 'tap';
import { RelayClient } from '../../client/RelayClient.ts';
import { SAFETY_RULES, type SafetyRule, SafetyView } from '../../shared/http/Safety.ts';
import type { Status } from '../../shared/messages/Status.ts';
import { conforming } from './support/conforming.ts';
import { TestRelay } from './support/relay.ts';

const SAFETY = '/api/clusters/demo/safety';

async function safety(relay: TestRelay, method = 'GET'): Promise<SafetyView> {
  return conforming(SafetyView, (await relay.request(method, SAFETY)).body);
}

function stateOf(view: SafetyView | undefined, rule: SafetyRule): string | undefined {
  return view?.checks.find((check) => check.rule === rule)?.state;
}

/** A whole account of a peer with a disk, whose log is of one run. */
function told(term: number, lastLogIndex: number, more: Partial<Status> = {}): Partial<Status> {
  const log = { lastLogIndex, durableIndex: lastLogIndex, lastLogTerm: lastLogIndex === 0 ? 0 : 1 };
  const terms = lastLogIndex === 0 ? [] : [{ term: 1, firstIndex: 1 }];
  return { term, storage: 'disk', terms, ...log, ...more };
}

/** What breaks each rule: statuses of p1 and p2, in this order. */
const OFFENCES: Readonly<Record<SafetyRule, [id: 'p1' | 'p2', status: Partial<Status>][]>> = {
  electionSafety: [
    ['p1', told(2, 3, { role: 'leader' })],
    ['p2', told(2, 3, { role: 'leader' })],
  ],
  oneVoteATerm: [
    ['p1', told(2, 3, { votedFor: 'p1' as never })],
    ['p1', told(2, 3, { votedFor: 'p2' as never })],
  ],
  nothingGoesBack: [
    ['p1', told(2, 3)],
    ['p1', told(1, 3)],
  ],
  leaderAppendOnly: [
    ['p1', told(2, 3, { role: 'leader' })],
    ['p1', told(2, 2, { role: 'leader' })],
  ],
  logMatching: [
    [
      'p1',
      told(3, 9, {
        terms: [
          { term: 1, firstIndex: 1 },
          { term: 3, firstIndex: 5 },
        ],
      }),
    ],
    [
      'p2',
      told(3, 9, {
        terms: [
          { term: 1, firstIndex: 1 },
          { term: 3, firstIndex: 6 },
        ],
      }),
    ],
  ],
  leaderCompleteness: [
    ['p1', told(2, 8, { commitIndex: 8 })],
    ['p2', told(3, 7, { role: 'leader' })],
  ],
  stateMachineSafety: [
    ['p1', told(3, 9, { commitIndex: 9 })],
    [
      'p2',
      told(3, 9, {
        commitIndex: 9,
        terms: [
          { term: 1, firstIndex: 1 },
          { term: 2, firstIndex: 9 },
        ],
      }),
    ],
  ],
  ownOrder: [['p1', told(2, 3, { commitIndex: 4 })]],
};

for (const rule of SAFETY_RULES) {
  t.test(`a peer that breaks ${rule} is noticed, told, counted and logged`, async (t) => {
    const relay = await TestRelay.start(t);
    const peers = { p1: await relay.dial('p1'), p2: await relay.dial('p2') };
    const viewer = await relay.watch();
    const offence = OFFENCES[rule];
    for (const [id, status] of offence.slice(0, -1)) {
      peers[id].status(status);
      await peers[id].settled();
    }
    t.not(stateOf(await safety(relay), rule), 'broken');
    t.equal(await relay.metric('safety_offences_total', `rule="${rule}"`), 0);
    const [id, status] = offence.at(-1) ?? ['p1', {}];
    peers[id].status(status);
    await peers[id].settled();
    const view = await safety(relay);
    t.same(
      view.checks.filter(({ state }) => state === 'broken').map((check) => check.rule),
      [rule],
      'and nothing else',
    );
    const first = view.checks.find((check) => check.rule === rule)?.first;
    t.ok(first?.peers.includes(id as never));
    const { text } = await relay.request(
      'GET',
      `/api/clusters/demo/journal?kinds=status&after=${(first?.seq ?? 0) - 1}`,
    );
    t.match(
      JSON.parse(text.split('\n')[1] ?? ''),
      { seq: first?.seq, id },
      'the line of the journal is the one that shows it',
    );
    t.equal(await relay.metric('safety_offences_total', `rule="${rule}"`), 1);
    t.equal(relay.log.filter((line) => line.includes(`demo: ${rule} is broken`)).length, 1);
    await viewer.until('the page is told', () =>
      viewer.deltas.some((delta) => stateOf(delta.safety, rule) === 'broken'),
    );
    t.match((await relay.view()).safety?.checks, view.checks);
  });
}

t.test('what is judged is told when a check changes, and not with each status; DELETE begins anew', async (t) => {
  const relay = await TestRelay.start(t, { liveIntervalMs: 10 });
  const [p1, p2] = [await relay.dial('p1'), await relay.dial('p2')];
  const viewer = await relay.watch();
  await viewer.until('a snapshot', () => viewer.snapshots.length === 1);
  t.match(viewer.snapshots[0]?.cluster.safety, {
    statuses: 0,
    checks: [{ state: 'notJudged', why: /told its status/ }],
  });
  const tellings = (): SafetyView[] => viewer.deltas.flatMap(({ safety: view }) => (view === undefined ? [] : [view]));
  for (let index = 1; index <= 20; index += 1) {
    p1.status(told(1, index, { role: 'leader' }));
    await viewer.until('it is told', () => viewer.deltas.at(-1)?.peers[0]?.lastLogIndex === index);
  }
  t.equal(tellings().length, 1);
  t.ok(tellings()[0]?.checks.every(({ state }) => state === 'holds'));
  p2.status(told(1, 3, { role: 'leader' }));
  await viewer.until('an offence', () => tellings().length === 2);
  t.equal((await safety(relay)).statuses, 21);

  const client = new RelayClient({ url: relay.url });
  const anew = await client.judgeAnew('demo');
  t.match(anew, { statuses: 0 });
  t.ok(anew.checks.every(({ state }) => state === 'notJudged'));
  await viewer.until('that judging began anew', () => tellings().length === 3);
  p1.status(told(1, 21, { role: 'leader' }));
  await p1.settled();
  t.equal(stateOf(await client.safety('demo'), 'electionSafety'), 'holds');
  t.equal(await relay.metric('safety_offences_total', 'rule="electionSafety"'), 1, 'counters never go back');
});

t.test('nothing is judged of other protocols, nor of clients', async (t) => {
  const relay = await TestRelay.start(t);
  const gossip = await relay.dial('g1', { application: 'gossip' });
  const client = await relay.dial('c1', { path: 'client' });
  for (const one of [gossip, client]) {
    one.status(told(2, 3, { commitIndex: 9 }));
    await one.settled();
  }
  const { statuses, checks } = await safety(relay);
  t.equal(statuses, 0);
  t.ok(checks.every(({ state, why }) => state === 'notJudged' && why?.startsWith('g1 speaks gossip')));
});

t.test('a cluster that is made anew at the same relay is no offence', async (t) => {
  const relay = await TestRelay.start(t);
  const lives = async (instance: string, leader: string): Promise<void> => {
    const peers = [];
    for (const id of ['p1', 'p2', 'p3']) peers.push(await relay.dial(id, { instance: `${id}-${instance}` }));
    for (const peer of peers) peer.status(told(0, 0));
    for (const peer of peers) {
      const role = peer.id === leader ? 'leader' : 'follower';
      peer.status(told(1, 30, { role, commitIndex: 30, lastApplied: 30, votedFor: leader as never }));
      await peer.settled();
    }
    for (const peer of peers) peer.end();
    await relay.until('all are gone', async () => (await relay.view()).peers.every(({ connected }) => !connected));
  };
  await lives('first', 'p1');
  await lives('second', 'p2');
  const { checks, statuses } = await safety(relay);
  t.equal(statuses, 12);
  t.same(
    checks.filter(({ state }) => state !== 'holds'),
    [],
  );
});
