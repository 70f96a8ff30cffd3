import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { readTour } from '../../cli/scenario/readTour.ts';
import { RelayClient } from '../../client/RelayClient.ts';
import type { Tour, TourCard } from '../../client/scenario/Tour.ts';
import { makeActions } from '../../server/dashboard/src/connection/actions/makeActions.ts';
import type { TourState } from '../../server/dashboard/src/model/tours/TourState.ts';
import { TourRun } from '../../server/dashboard/src/state/tours/TourRun.ts';
import { listenRelay } from '../../server/listen.ts';
import { clusterId } from '../../shared/ids.ts';
import { ROOT } from '../support/root.ts';
import { until } from '../support/until.ts';
import { PeerOwner } from './support/PeerOwner.ts';
import { IDS } from './support/statuses.ts';

const WITHIN_MS = 60_000;
/** Whoever changes a tour runs all of them. Else those are left out that a browser goes through in pageTours.test.ts, and the slow ones. */
const LEFT_OUT = process.env['WHITEWATER_TOURS'] === 'all' ? false : 'WHITEWATER_TOURS=all runs it';
const SOURCE = join(ROOT, 'scenarios/tours');
/** Nothing in a tour rests on how slow it is, so here it is so many times as fast. */
const SPEED = 4;

function tourOf(name: string): Tour {
  const file = join(SOURCE, `${name}.yaml`);
  return readTour(readFileSync(file, 'utf8'), file);
}

function faster(tour: Tour): Tour {
  const text = JSON.stringify(tour)
    .replace(/"delay":"(\d+)ms"/g, (_, ms: string) => `"delay":"${Number(ms) / SPEED}ms"`)
    .replace(/ for (\d+)s"/g, (_, seconds: string) => ` for ${(Number(seconds) * 1000) / SPEED}ms"`)
    .replace(/"(\w+Ms|electionTimeoutMs\w+)":(\d+)/g, (all, name: string, ms: string) =>
      /heartbeat|election/.test(name) ? `"${name}":${Number(ms) / SPEED}` : all,
    );
  return JSON.parse(text) as Tour;
}

/** What happens in a tour, without what the tour does to the network and to processes. */
function withoutFault(tour: Tour, step: number): Tour {
  const spoilt = (card: TourCard): TourCard => ({
    ...card,
    parts: card.parts.map((part) => ({
      ...part,
      deeds: part.deeds.filter(({ kind }) => kind === 'put' || kind === 'get'),
      until: part.until.map((text) => text.replace(/ within \S+/, '').concat(' within 1s')),
    })),
  });
  return { ...tour, cards: tour.cards.map((card, at) => (at + 1 === step ? spoilt(card) : card)) };
}

async function stage(t: Test): Promise<{ client: RelayClient; start: (tour: Tour) => TourRun }> {
  const owner = new PeerOwner(IDS, t.testdir());
  const relay = await listenRelay({ host: '127.0.0.1', port: 0, processes: owner });
  t.teardown(async () => {
    await owner.stop();
    await relay.close();
  });
  await owner.start(relay.url);
  const client = new RelayClient({ url: relay.url });
  const cluster = clusterId('demo');
  const actions = makeActions({ base: new URL(relay.url), client, cluster });
  const start = (tour: Tour): TourRun => new TourRun(tour, { client, cluster, run: (action) => actions.run(action) });
  return { client, start };
}

/** Goes through a tour, and looks around at each step that is reached. */
async function goThrough(run: TourRun, onReached: (state: TourState) => Promise<void> | void): Promise<void> {
  const performed = run.perform();
  for (;;) {
    const state = run.state;
    await until(() => ['reached', 'failed'].includes(state.value.phase), {
      withinMs: WITHIN_MS,
      what: 'the next step',
    });
    const { phase, step, of, trouble } = state.value;
    if (phase === 'failed') throw new Error(`step ${step}: ${trouble ?? ''}`);
    await onReached(state.value);
    if (step === of) break;
    await until(
      () => {
        run.next();
        return state.value.step > step;
      },
      { withinMs: WITHIN_MS, what: 'it goes on' },
    );
  }
  await performed;
}

t.test('each tour is a scenario of few words, and says what to look at', async (t) => {
  const names = readdirSync(SOURCE).map((name) => name.replace('.yaml', ''));
  t.strictSame(names.sort(), ['election', 'figure-8', 'partition', 'split-vote', 'stale-leader']);
  for (const tour of names.map(tourOf)) {
    t.ok(tour.about.length > 40, tour.id);
    t.equal(tour.peers, 5);
    for (const { say, look } of tour.cards) t.ok(say !== '' && (look?.text ?? '') !== '', `${tour.id}: ${say}`);
  }
});

t.test('what no tour may say is refused', async (t) => {
  const head = 'name: x\nabout: y\npeers: 5\nsteps:\n';
  const wrong = [
    ['  - say: a\n    do: { pause: leader }\n', /cannot pause/],
    ['  - say: a\n    do: { kill: p1 }\n', /names p1/],
    ['  - say: a\n    repeat: 2\n    steps: [{ do: heal }]\n', /cannot say repeat/],
    ['  - do: heal\n', /has to say something/],
    ['  - say: a\n    do: { rule: { name: mine, from: peer, to: peer, drop: 1 } }\n', /begin with tour-/],
    ['  - say: a\n    look: { at: nowhere, text: b }\n', /nothing to look at; legal: ring/],
    ['  - say: a\n    look: { at: ring, text: b, ask: why }\n', /no question; legal: noLeader/],
    ['  - say: a\n    look: { at: ring, text: b, ask: vanished }\n', /asked of "at: entry/],
  ] as const;
  for (const [steps, problem] of wrong) {
    t.throws(() => readTour(head + steps, 'x.yaml'), { code: 'USAGE', message: problem });
  }
});

t.test('an election', async (t) => {
  const { start } = await stage(t);
  const seen: string[] = [];
  await goThrough(start(faster(tourOf('election'))), ({ look }) => void seen.push(look?.text ?? ''));
  t.match(seen[0], /^p\d leads term \d+\./);
  t.equal(seen.length, 4);
});

t.test('a split vote: two candidates of one term, two votes each, and no leader', { skip: LEFT_OUT }, async (t) => {
  const { client, start } = await stage(t);
  const run = start(faster(tourOf('split-vote')));
  await goThrough(run, async ({ step, look }) => {
    if (step !== 3) return;
    const [, a, c, b, d, term] =
      /(p\d) has the votes of \1 and (p\d), (p\d) those of \3 and (p\d).* term (\d+)\./.exec(look?.text ?? '') ?? [];
    const { peers } = await client.cluster('demo');
    const votes = new Map(peers.map(({ id, status }) => [id as string, [status?.term, status?.votedFor]]));
    for (const [voter, candidate] of [
      [a, a],
      [c, a],
      [b, b],
      [d, b],
    ]) {
      t.strictSame(votes.get(String(voter)), [Number(term), candidate], `${voter ?? ''} votes for ${candidate ?? ''}`);
    }
    t.notOk(
      peers.some(({ connected, role }) => connected && role === 'leader'),
      'nobody leads',
    );
  });
});

t.test('a partition: two leaders of different terms', async (t) => {
  const { client, start } = await stage(t);
  await goThrough(start(faster(tourOf('partition'))), async ({ step }) => {
    if (step !== 2) return;
    const leaders = (await client.cluster('demo')).peers.filter(
      ({ connected, role }) => connected && role === 'leader',
    );
    t.equal(leaders.length, 2);
    t.equal(new Set(leaders.map(({ term }) => term)).size, 2);
  });
  t.equal((await client.get('demo', 'colour'))?.value, 'blue');
});

t.test('a stale leader: its entry is there, and then it is gone', async (t) => {
  const { client, start } = await stage(t);
  await goThrough(start(faster(tourOf('stale-leader'))), async ({ step, look, deeds }) => {
    if (step === 3) {
      t.strictSame(
        deeds.map(({ outcome }) => outcome),
        ['failedAsMeant'],
      );
    }
    if (look?.selection?.kind !== 'entry') return;
    const { peer, index } = look.selection;
    const { peers } = await client.cluster('demo');
    const of = peers.find(({ id }) => id === peer);
    if (step === 3) t.ok((of?.lastLogIndex ?? 0) >= index && (of?.commitIndex ?? 0) < index, 'not committed');
    if (step === 5) t.ok((of?.commitIndex ?? 0) >= index, 'another stands there');
  });
  t.equal((await client.get('demo', 'colour'))?.value, 'blue');
});

t.test('Figure 8: an entry on a majority is lost, and no promise broken', { skip: LEFT_OUT }, async (t) => {
  const { client, start } = await stage(t);
  let term = 0;
  let index = 0;
  await goThrough(start(faster(tourOf('figure-8'))), async ({ look, text }) => {
    if (look?.selection?.kind !== 'entry') return;
    const { peers } = await client.cluster('demo');
    index = look.selection.index;
    const holding = peers.filter(({ status }) => {
      const run = status?.terms?.findLast(({ firstIndex }) => firstIndex <= index);
      return run?.term === term && status !== null && status.lastLogIndex >= index;
    });
    if (text.startsWith('(a)'))
      term = peers.find(({ id }) => id === (look.selection as { peer?: string }).peer)?.term ?? 0;
    if (text.startsWith('(c)')) {
      t.ok(holding.length >= 3, `${holding.length} logs hold it`);
      t.ok(
        peers.every(({ commitIndex }) => (commitIndex ?? 0) < index),
        'nobody calls it committed',
      );
    }
    if (text.startsWith('(d)'))
      t.notOk(
        holding.some(({ connected }) => connected),
        'gone from all that run',
      );
  });
  const { checks } = await client.safety('demo');
  t.strictSame(
    checks.filter(({ state }) => state === 'broken'),
    [],
  );
  t.equal(await client.get('demo', 'one'), null);
});

t.test('without its fault no tour gets to its end', async (t) => {
  const steps = { election: 2, 'split-vote': 2, partition: 2, 'stale-leader': 2, 'figure-8': 2 };
  for (const [name, step] of Object.entries(steps)) {
    const skip = name === 'partition' ? false : LEFT_OUT;
    await t.test(name, { skip }, async (t) => {
      const { start } = await stage(t);
      const run = start(withoutFault(faster(tourOf(name)), step));
      const performed = run.perform();
      await until(
        () => {
          run.next();
          return run.state.value.step === step && (run.state.value.isLate || run.state.value.phase === 'failed');
        },
        { withinMs: WITHIN_MS, what: 'it waits in vain' },
      );
      t.not(run.state.value.phase, 'reached');
      run.end();
      await performed;
    });
  }
});
