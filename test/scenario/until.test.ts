import t from 'tap';
import { parseCondition } from '../../client/scenario/parseCondition.ts';
import { parseScenario } from '../../cli/scenario/readScenario.ts';
import { ScenarioRun } from '../../cli/scenario/ScenarioRun.ts';
import { Timeline } from '../../cli/scenario/Timeline.ts';
import { untilAll } from '../../client/scenario/untilAll.ts';
import { Wait } from '../../client/scenario/Wait.ts';
import { untilView } from '../../client/untilView.ts';
import type { ClusterView } from '../../shared/http/ClusterView.ts';
import { until } from '../support/until.ts';
import { fakeStage, peer, viewOf } from './FakeStage.ts';

const scope = { peers: ['p1', 'p2', 'p3'], variables: new Set<string>() };
const wait = (text: string): Wait => new Wait(parseCondition(text, scope), 1000);
const YES = { isTrue: true, seen: 'yes' };
const NO = { isTrue: false, seen: 'no' };

t.test('each condition has a deadline of its own, and what is known after it is late', async (t) => {
  const quick = wait('leader within 2s');
  const slow = wait('equal commit within 30s');
  const bare = wait('one term');
  t.same(
    [quick, slow, bare].map(({ withinMs, endMs }) => [withinMs, endMs]),
    [
      [2000, 3000],
      [30_000, 31_000],
      [10_000, 11_000],
    ],
  );
  for (const one of [quick, slow, bare]) one.note(NO, 2999);
  t.notOk([quick, slow, bare].some((one) => one.isLate(3000)));
  t.same(
    [quick, slow, bare].map((one) => one.isLate(3001)),
    [true, false, false],
  );
  quick.note(YES, 3001);
  t.notOk(quick.isMet, 'true, and too late');
  t.ok(quick.isLate(3001));
  slow.note(YES, 3001);
  t.ok(slow.isMet);
  slow.note(NO, 40_000);
  t.notOk(slow.isLate(40_000), 'it was in time');
  t.notOk(slow.holdsAt(40_000), 'and is not true now');
});

t.test('"for" counts from when its own condition began to be true, which is what has to be in time', async (t) => {
  const steady = wait('leader within 2s for 1s');
  steady.note(YES, 2500);
  steady.note(NO, 2600);
  steady.note(YES, 2900);
  t.notOk(steady.holdsAt(3800));
  t.notOk(steady.isLate(3800), 'it began in time and goes on');
  t.match(steady.seen, 'yes, but not yet for 1000 ms');
  steady.note(YES, 3900);
  t.ok(steady.isMet && steady.holdsAt(3900));
  const broken = wait('leader within 2s for 1s');
  broken.note(YES, 2900);
  broken.note(NO, 3500);
  t.ok(broken.isLate(3500), 'it did not stay, and it is too late to begin again');
  broken.note(YES, 3600);
  broken.note(YES, 4700);
  t.notOk(broken.isMet);
});

const leads = viewOf(peer('p1', { role: 'leader' }), peer('p2'), peer('p3', { commitIndex: 1 }));
const nobody = viewOf(peer('p1'), peer('p2'), peer('p3'));
const signal = new AbortController().signal;
const conditions = (...texts: string[]) => texts.map((text) => parseCondition(text, scope));

t.test('a list fails at the deadline of the first that is late, whatever the others may take', async (t) => {
  const stage = fakeStage({ view: () => nobody });
  const startedMs = performance.now();
  await t.rejects(untilAll(conditions('leader within 100ms', 'commit > 5 within 100s'), stage, signal), {
    code: 'TIMED_OUT',
    message:
      /^waited 100 ms in vain for leader within 100ms; last seen: nobody leads; no leader, highest term 1; p1 follower/,
  });
  t.ok(performance.now() - startedMs < 50_000, 'long before the other one');
  t.match(
    await untilAll(conditions('no leader', 'one term within 20s'), stage, signal),
    /^nobody leads; term 1, after/,
  );
});

t.test('all have to be true at once', async (t) => {
  let looks = 0;
  const stage = fakeStage({ view: () => (looks++ % 2 === 0 ? leads : nobody) });
  const never = untilAll(conditions('leader within 1s', 'equal commit within 1s'), stage, signal);
  await t.rejects(never, { message: /in vain for leader within 1s; equal commit within 1s, all at once/ });
  const calming = fakeStage({ view: () => (looks++ < 20 ? leads : nobody) });
  t.match(
    await untilAll(
      conditions('no leader within 60s', 'key k is missing within 60s'),
      fakeStage({ view: () => (looks++ < 40 ? leads : nobody), key: () => null }),
      signal,
    ),
    /nobody leads; there is no key k/,
  );
  t.match(await untilAll(conditions('equal commit within 60s'), calming, signal), /commit 0/);
});

/** An answer that takes so long. */
async function passed(durationMs: number): Promise<void> {
  const endMs = performance.now() + durationMs;
  await until(() => performance.now() >= endMs, { withinMs: 60_000, what: 'the answer' });
}

t.test('an answer that comes after the deadline is late, though it says yes', async (t) => {
  const stage = fakeStage({
    view: () => leads,
    key: async () => {
      await passed(300);
      return 'green';
    },
  });
  await t.rejects(untilAll(conditions('key k within 50ms = green'), stage, signal), {
    message: /waited 50 ms in vain/,
  });
  const source = {
    look: async (): Promise<ClusterView> => {
      await passed(200);
      return leads;
    },
    async *live(): AsyncGenerator<never, void, undefined> {},
  };
  await t.rejects(
    untilView(source, () => true, { withinMs: 50 }),
    { code: 'TIMED_OUT' },
  );
  t.equal(await untilView(source, () => true, { withinMs: 0 }), leads, 'one look, however long it takes');
});

async function failureOf(steps: string, view: () => ClusterView): Promise<string | undefined> {
  const run = new ScenarioRun(fakeStage({ view }), new Timeline(undefined), signal);
  try {
    await run.perform(parseScenario(`peers: 3\nsteps:\n${steps}`, 's.yaml'));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

t.test('what is expected is expected now, and for as long as it says', async (t) => {
  t.equal(await failureOf('  - expect: [leader, p1 is leader]', () => leads), undefined);
  t.equal(await failureOf('  - expect: [leader, p2 is leader]', () => leads), 'p2 follower');
  t.equal(await failureOf('  - expect: no leader', () => leads), 'p1 leads term 1');
  let looks = 0;
  const fading = (): ClusterView => (++looks > 3 ? nobody : leads);
  t.match(await failureOf('  - expect: [leader for 10s, one term]', fading), /^nobody leads, after \d+ ms$/);
  looks = 0;
  t.equal(await failureOf('  - expect: [leader, one term for 300ms]', fading), undefined, 'each for its own time');
  t.ok(looks > 3, `${looks} looks`);
  t.match(await failureOf('  - remember: { l: log of leader }', () => nobody), /there is no leader now/);
});
