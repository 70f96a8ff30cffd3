import t from 'tap';
import { listenRelay } from '../../server/listen.ts';
import { clusterId, peerId, type PeerId } from '../../shared/ids.ts';
import { accessibilityProblems, BUILT_PAGE, launchBrowser, openPage, skipWithoutBrowser } from './support/browser.ts';
import { PuppetPeer } from './support/PuppetPeer.ts';
import { followerStatus, IDS, leaderStatus, statusOf } from './support/statuses.ts';

const demo = clusterId('demo');
const [p1, p2, p3, p4] = ['p1', 'p2', 'p3', 'p4'].map(peerId) as [PeerId, PeerId, PeerId, PeerId];
const GROUPS = [
  ['p1', 'p2'],
  ['p3', 'p4', 'p5'],
];

/** The states that a real cluster leaves in a blink, held still: a stale leader, votes refused, a peer that is away. */
async function holdStill(relay: string): Promise<PuppetPeer[]> {
  const puppets = await Promise.all(IDS.map((id) => PuppetPeer.connect(relay, demo, id)));
  const timer = { timeoutMs: 390, remainingMs: 390, reason: 'startedElection' } as const;
  const refused = [
    { peer: p1, refusal: 'leaderAlive' as const },
    { peer: p4, refusal: 'logBehind' as const },
  ];
  const votes = { granted: [p3], refused };
  const scene = [
    leaderStatus(4, { leader: p1, votedFor: p1, canCommit: false }),
    followerStatus(4, p1),
    statusOf({ role: 'candidate', term: 6, votedFor: p3, electionTimer: timer, votes }),
    statusOf({ role: 'preCandidate', term: 5, electionTimer: timer, votes: { granted: [p4], refused: [] } }),
    followerStatus(5, null),
  ];
  puppets.forEach((puppet, index) => puppet.tell(scene[index] ?? statusOf()));
  await fetch(`${relay}/api/clusters/demo/partition`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ groups: GROUPS }),
  });
  puppets[4]?.stop();
  return puppets;
}

t.test('states of the page', { skip: skipWithoutBrowser }, async (t) => {
  const browser = await launchBrowser(t);
  const relay = await listenRelay({ port: 0, dashboardDirectory: BUILT_PAGE });
  t.teardown(() => relay.close());

  await t.test('nobody is there: the command that starts peers, and the page goes on by itself', async (t) => {
    const { page } = await openPage(t, browser, relay.url);
    await page.getByRole('heading', { name: 'No peers yet' }).waitFor();
    const command = `for n in 1 2 3 4 5; do npx whitewater peer --id p$n --peers 5 --relay ${relay.url} & done`;
    t.equal(await page.locator('code').innerText(), command);
    t.strictSame(await accessibilityProblems(page), []);
    const other = await PuppetPeer.connect(relay.url, clusterId('other'), peerId('a1'));
    t.teardown(() => other.stop());
    await page.locator('.peer[data-peer=a1]').waitFor();
  });

  const puppets = await holdStill(relay.url);
  t.teardown(() => puppets.forEach((puppet) => puppet.stop()));

  for (const colorScheme of ['light', 'dark'] as const) {
    await t.test(`who believes to lead, who asks for votes, who is away: ${colorScheme}`, async (t) => {
      const { page, hosts, troubles } = await openPage(t, browser, `${relay.url}/#demo`, { colorScheme });
      const figure = (id: string) => page.locator(`.peer[data-peer=${id}] .figure`);
      await figure('p5').and(page.locator('[data-connected=false]')).waitFor();
      t.equal(await figure('p1').locator('.crown').getAttribute('data-kind'), 'hollow');
      t.equal(await page.locator('.detail').innerText(), 'p1 hears no majority, so it cannot commit');
      t.match(await figure('p1').locator('.caption').textContent(), 'believes it leads');

      const answers = figure('p3').locator('.vote');
      t.strictSame(
        await Promise.all((await answers.all()).map((pip) => pip.getAttribute('data-answer'))),
        ['refused', 'pending', 'granted', 'refused', 'pending'],
        'one mark for each voter',
      );
      t.match(
        await page.locator('tbody tr', { hasText: 'candidate' }).first().innerText(),
        /1 of 3 votes; p1 hears a leader; p4 has a newer log/,
      );
      t.match(await figure('p4').getAttribute('data-role'), 'preCandidate');
      t.strictSame(await page.locator('.group-badge text').allTextContents(), ['A', 'A', 'B', 'B', 'B']);
      const button = page.getByRole('button', { name: /^p5: disconnected, was follower, term 5/ });
      t.equal(await button.count(), 1, 'a screen reader is told as much');
      t.strictSame(await accessibilityProblems(page), []);
      t.strictSame([...hosts], [new URL(relay.url).host]);
      t.strictSame(troubles, []);
    });
  }

  await t.test('cut links carry their losses', async (t) => {
    const { page } = await openPage(t, browser, `${relay.url}/#demo`);
    await page.locator('.peer').first().waitFor();
    const timer = setInterval(() => {
      puppets[0]?.say(p2);
      puppets[0]?.say(p3);
    }, 50);
    t.teardown(() => clearInterval(timer));
    await page.locator('.traffic[data-losing=true]').waitFor({ state: 'attached' });
    await page.locator('.traffic[data-losing=false]').waitFor({ state: 'attached' });
    t.equal(await page.locator('.traffic').count(), 2, 'one direction of one link each');
    await page.locator('.fact', { hasText: /\d+ frames\/s delivered, \d+\/s dropped/ }).waitFor();
    t.pass();
  });

  await t.test('another cluster is chosen, and the address names it', async (t) => {
    const { page } = await openPage(t, browser, `${relay.url}/#demo`);
    await page.getByRole('combobox', { name: 'Cluster' }).selectOption('other');
    await page.locator('.peer[data-peer=a1]').waitFor();
    t.equal(await page.locator('.peer').count(), 1);
    t.match(page.url(), /#other$/);
    t.match(await page.locator('.shell code').first().innerText(), 'heal --cluster other --url');
    await page.goto(`${relay.url}/#third`);
    await page.getByRole('heading', { name: 'This relay knows no cluster third' }).waitFor();
    t.match(await page.locator('code').innerText(), '--cluster third --relay');
  });

  await t.test('on a phone nothing sticks out, with less motion nothing moves', async (t) => {
    const { page } = await openPage(t, browser, `${relay.url}/#demo`, {
      ...{ width: 320, height: 640, reducedMotion: 'reduce' },
    });
    await page.locator('.peer').nth(4).waitFor();
    t.equal(await page.evaluate('document.documentElement.scrollWidth'), 320);
    const arc = page.locator('.peer[data-peer=p2] .timer-arc');
    const before = await arc.getAttribute('stroke-dasharray');
    const frames = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))';
    await page.evaluate(frames);
    t.equal(await arc.getAttribute('stroke-dasharray'), before);
  });
});

t.test('a locked relay asks for its token', { skip: skipWithoutBrowser }, async (t) => {
  const token = 'open sesame';
  const relay = await listenRelay({ port: 0, dashboardDirectory: BUILT_PAGE, token });
  t.teardown(() => relay.close());
  const browser = await launchBrowser(t);
  const { page } = await openPage(t, browser, `${relay.url}/#demo`);
  const field = page.getByLabel('Its token');
  await field.fill('guess');
  await page.getByRole('button', { name: 'Unlock' }).click();
  await page.locator('.refusal', { hasText: 'TOKEN_WRONG that is not a token of this relay' }).waitFor();
  t.strictSame(await accessibilityProblems(page), []);
  await field.fill(token);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await page.getByRole('heading', { name: 'No peers yet' }).waitFor();
  const cookies = await page.context().cookies();
  t.equal(cookies.length, 1);
  t.match(cookies[0], { httpOnly: true, sameSite: 'Strict' });
  t.notMatch(cookies[0]?.value, token);
  await page.reload();
  await page.getByRole('heading', { name: 'No peers yet' }).waitFor();
  t.equal(await field.count(), 0, 'the browser is not asked again');
});
