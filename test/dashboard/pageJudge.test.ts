import t from 'tap';
import { listenRelay } from '../../server/listen.ts';
import { clusterId, type PeerId } from '../../shared/ids.ts';
import { until } from '../support/until.ts';
import {
  accessibilityProblems,
  BUILT_PAGE,
  launchBrowser,
  openPage,
  skipWithoutBrowser,
  WITHIN_MS,
} from './support/browser.ts';
import { PuppetPeer } from './support/PuppetPeer.ts';
import { followerStatus, IDS, leaderStatus } from './support/statuses.ts';

const wait = { withinMs: WITHIN_MS };
const [P1, P2, P3] = IDS as readonly [PeerId, PeerId, PeerId];

t.test('judgement and gauges', { skip: skipWithoutBrowser }, async (t) => {
  const relay = await listenRelay({ host: '127.0.0.1', port: 0, dashboardDirectory: BUILT_PAGE });
  t.teardown(() => relay.close());
  const puppets = await Promise.all(IDS.map((id) => PuppetPeer.connect(relay.url, clusterId('demo'), id)));
  t.teardown(() => puppets.forEach((puppet) => puppet.stop()));
  const tell = (id: PeerId, status: Parameters<PuppetPeer['tell']>[0]): void => puppets[IDS.indexOf(id)]?.tell(status);
  const log = {
    lastLogIndex: 20,
    lastLogTerm: 3,
    terms: [{ term: 3, firstIndex: 1 }],
    commitIndex: 12,
    lastApplied: 12,
    durableIndex: 20,
  };
  const progress = IDS.slice(1).map((peer, at) => ({
    ...{ peer, mode: 'replicate' as const, nextIndex: 21, heardMsAgo: 5 },
    matchIndex: at === 0 ? 13 : 20,
  }));
  const commits = { count: 40, p50Ms: 7.5, p99Ms: 41 };
  tell(P1, leaderStatus(3, { leader: P1, votedFor: P1, ...log, progress, commits }));
  for (const id of IDS.slice(1)) tell(id, followerStatus(3, P1, { ...log, lastLogIndex: 13, durableIndex: 13 }));
  const browser = await launchBrowser(t);
  const { page, hosts, troubles } = await openPage(t, browser, `${relay.url}/#demo`);
  await page.locator('.headline h2', { hasText: 'p1 leads term 3' }).waitFor();
  const judge = page.locator('.judge');
  const gauge = (name: string) => page.locator(`.gauge[data-gauge="${name}"]`);

  await t.test('opens by its letter: every promise holds', async (t) => {
    await page.keyboard.press('j');
    await judge.getByRole('heading', { name: 'All 8 promises hold' }).waitFor();
    t.equal(await page.locator('.verdict[data-state=holds]').count(), 8);
    t.strictSame(await accessibilityProblems(page), []);
  });

  await t.test('gauges count what the feed tells', async (t) => {
    // Forty heartbeats a second on one link, and still more than the lab's ten where timers are late.
    const timer = setInterval(() => puppets[0]?.say(P2), 25);
    t.teardown(() => clearInterval(timer));
    await gauge('commitP50Ms').filter({ hasText: '7.5 ms' }).waitFor();
    await gauge('commitP99Ms').filter({ hasText: '41 ms' }).waitFor();
    await gauge('lag:p2').filter({ hasText: '7 entries' }).waitFor();
    await gauge('lag:p3').filter({ hasText: '0 entries' }).waitFor();
    await gauge('heartbeats')
      .filter({ hasText: /✗ beyond lab: at most 10/ })
      .waitFor();
    await gauge('framesIn')
      .filter({ hasText: /second\s*(?:1[2-9]|[2-4]\d)/ })
      .waitFor();
    await gauge('leaderless')
      .filter({ hasText: /✓ lab: a leader within 5 s/ })
      .waitFor();
    const spark = gauge('framesIn').locator('.spark-line');
    await until(async () => /[ML]/.test((await spark.getAttribute('d')) ?? ''), { ...wait, what: 'a line is drawn' });
    t.pass();
  });

  await t.test('nobody leads: the time of it is counted', async (t) => {
    tell(P1, followerStatus(3, null, { ...log, votedFor: P1 }));
    await page.locator('.headline h2', { hasText: 'No leader' }).waitFor();
    await gauge('leaderless')
      .filter({ hasText: /nobody has led for/ })
      .waitFor();
    tell(P1, leaderStatus(4, { leader: P1, votedFor: P1, ...log, progress, commits }));
    await page.locator('.headline h2', { hasText: 'p1 leads term 4' }).waitFor();
    await gauge('leaderless')
      .filter({ hasText: /the longest was/ })
      .waitFor();
    await gauge('elections')
      .filter({ hasText: /Elections a minute\s*1/ })
      .waitFor();
    t.pass();
  });

  await t.test('a second leader of the term: red, with the first offence, and a way there', async (t) => {
    tell(P3, leaderStatus(4, { leader: P3, votedFor: P3, ...log }));
    await judge.getByRole('heading', { name: /of 8 promises (?:is|are) broken/ }).waitFor();
    const verdict = page.locator('.verdict[data-rule=electionSafety]');
    t.equal(await verdict.getAttribute('data-state'), 'broken');
    const text = await verdict.innerText();
    t.match(text, /Election Safety broken/);
    t.match(text, /p1/);
    t.match(text, /p3/);
    t.match(await page.locator('.gauges').count(), 1);
    t.strictSame(await accessibilityProblems(page), []);
    // By keys alone: the button is reached, and leads to the time a second before.
    await verdict.getByRole('button', { name: /^Go there/ }).focus();
    await page.keyboard.press('Enter');
    await page.locator('.cluster[data-mode=past]').waitFor();
    await judge.getByRole('heading', { name: 'All 8 promises hold' }).waitFor();
    await page.keyboard.press('l');
    await verdict.filter({ hasText: 'broken' }).waitFor();
  });

  await t.test('judged anew, by a button that shows its call', async (t) => {
    tell(P3, followerStatus(4, P1, { ...log, lastLogIndex: 13, durableIndex: 13 }));
    await judge.getByRole('button', { name: 'Judge anew' }).click();
    await page.locator('.shell code', { hasText: '-X DELETE' }).waitFor();
    t.match(await page.locator('.shell code').allInnerTexts(), [/\/api\/clusters\/demo\/safety$/]);
    // Nothing is judged before somebody tells something.
    tell(P1, leaderStatus(4, { leader: P1, votedFor: P1, ...log, progress, commits }));
    await until(
      async () => (await page.locator('.verdict[data-rule=electionSafety][data-state=holds]').count()) === 1,
      {
        ...wait,
        what: 'what was seen is forgotten',
      },
    );
  });

  await t.test('on a phone in the dark', async (t) => {
    const phone = await openPage(t, browser, `${relay.url}/#demo`, { width: 390, height: 844, colorScheme: 'dark' });
    await phone.page.getByRole('button', { name: 'More', exact: true }).click();
    await phone.page.getByRole('button', { name: 'Judge', exact: true }).click();
    await phone.page.locator('.verdict').nth(7).waitFor();
    t.equal(await phone.page.evaluate('document.documentElement.scrollWidth'), 390);
    t.strictSame(await accessibilityProblems(phone.page), []);
    t.strictSame(phone.troubles, []);
  });

  t.strictSame([...hosts], [new URL(relay.url).host], 'no request went to any other host');
  t.strictSame(troubles, []);
});
