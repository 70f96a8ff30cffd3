import type { Locator, Page } from 'playwright-core';
import t from 'tap';
import { listenRelay } from '../../server/listen.ts';
import type { ClusterView } from '../../shared/http/ClusterView.ts';
import { clusterId, peerId } from '../../shared/ids.ts';
import { RunningUp } from '../cli/RunningUp.ts';
import { until } from '../support/until.ts';
import { accessibilityProblems, BUILT_PAGE, launchBrowser, openPage, skipWithoutBrowser } from './support/browser.ts';
import { PuppetPeer } from './support/PuppetPeer.ts';
import { IDS, statusOf } from './support/statuses.ts';

/** Whoever changes a tour runs all of this: beside all other tests a browser in slow motion takes too long. */
const LEFT_OUT = process.env['WHITEWATER_TOURS'] === 'all' ? false : 'WHITEWATER_TOURS=all runs it';
/** Slow timers are the point of a tour; votes may really split besides. */
const STEP_WITHIN_MS = 120_000;

function leadersIn({ peers }: ClusterView): number {
  return peers.filter(({ connected, role }) => connected && role === 'leader').length;
}

async function reached(page: Page, step: number): Promise<Locator> {
  const card = page.locator('.tour-card[data-phase="reached"]', { hasText: `step ${step} of` });
  await card.waitFor({ timeout: STEP_WITHIN_MS });
  return card;
}

t.test('guided tours on a cluster of whitewater up', { skip: skipWithoutBrowser }, async (t) => {
  const up = await RunningUp.start(t, '--peers', '5');
  await up.settled(IDS);
  const { settings } = await up.client.processes('demo').view();
  const browser = await launchBrowser(t);

  /** Network, processes and options are as they were. */
  const isAllBack = async (): Promise<boolean> => {
    const { rules, partition } = await up.client.network('demo').view();
    const { processes, settings: now } = await up.client.processes('demo').view();
    const runs = processes.every(({ state }) => state === 'running');
    return rules.length === 0 && partition === null && runs && JSON.stringify(now) === JSON.stringify(settings);
  };
  const allBack = async (): Promise<boolean> => {
    const isBack = await until(isAllBack, { withinMs: STEP_WITHIN_MS, what: 'everything is put back', everyMs: 100 });
    // Settings are in force before the last peer is started with them.
    await up.settled(IDS);
    return isBack;
  };

  await t.test('by mouse: a split vote is caused, and all is put back', async (t) => {
    const { page, troubles, hosts } = await openPage(t, browser, up.url, {
      colorScheme: 'dark',
      reducedMotion: 'reduce',
    });
    await page.getByRole('button', { name: 'New here? Take a tour' }).click();
    await page.getByRole('button', { name: 'Start A split vote' }).click();
    for (const step of [1, 2]) await (await reached(page, step)).getByRole('button', { name: 'Next' }).click();
    const card = await reached(page, 3);
    t.match(await card.innerText(), /(p\d) has the votes of \1 and p\d/);
    const { peers } = await up.client.cluster('demo');
    const votes = peers.filter(({ connected }) => connected).map(({ status }) => `${status?.term} ${status?.votedFor}`);
    t.strictSame(
      [...new Set(votes)].map((vote) => votes.filter((one) => one === vote).length),
      [2, 2],
      votes.join(),
    );
    t.strictSame(await accessibilityProblems(page), []);
    await card.getByRole('button', { name: 'Why is there no leader?' }).click();
    await page.locator('.why-answer').waitFor();
    await card.getByRole('button', { name: 'Stop' }).click();
    await card.waitFor({ state: 'detached', timeout: STEP_WITHIN_MS });
    t.ok(await allBack());
    t.strictSame([...hosts], [new URL(up.url).host]);
    t.strictSame(troubles, []);
  });

  await t.test(
    'by keyboard alone: two leaders, and the entry of the one that vanishes',
    { skip: LEFT_OUT },
    async (t) => {
      const { page } = await openPage(t, browser, up.url, { colorScheme: 'light' });
      await page.locator('.headline h2').waitFor();
      await page.keyboard.press('t');
      await page.locator('.tour-list').waitFor();
      const focused = (): Promise<string> =>
        page.evaluate<string>("document.querySelector('button:focus')?.textContent ?? ''");
      for (let tabs = 0; tabs < 60 && !/Start A stale leader/.test(await focused()); tabs += 1) {
        await page.keyboard.press('Tab');
      }
      await page.keyboard.press('Enter');
      await reached(page, 1);
      await page.keyboard.press(' ');
      await reached(page, 2);
      t.equal(leadersIn(await up.client.cluster('demo')), 2);
      await page.keyboard.press(' ');
      const third = await reached(page, 3);
      t.match(await third.innerText(), /is not committed/);
      t.strictSame(await accessibilityProblems(page), []);
      await page.keyboard.press(' ');
      await reached(page, 4);
      await page.keyboard.press(' ');
      const last = await reached(page, 5);
      t.match(await last.innerText(), /was never committed/);
      t.equal((await up.client.get('demo', 'colour'))?.value, 'blue');
      await last.getByRole('button', { name: 'Finish' }).focus();
      await page.keyboard.press('Enter');
      t.ok(await allBack());
    },
  );

  await t.test('on a phone, left in the midst: what was changed can still be put back', async (t) => {
    const { page } = await openPage(t, browser, up.url, { width: 390, height: 800 });
    await page.getByRole('button', { name: 'More' }).click();
    await page.locator('.phone-more').getByRole('button', { name: 'Tours' }).click();
    await page.getByRole('button', { name: 'Start An election' }).click();
    await (await reached(page, 1)).getByRole('button', { name: 'Next' }).click();
    await reached(page, 2);
    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    t.ok(width <= 390, `${width} px wide`);
    t.strictSame(await accessibilityProblems(page), []);
    await page.reload();
    await page.getByRole('button', { name: 'More' }).click();
    await page.locator('.phone-more').getByRole('button', { name: 'Tours' }).click();
    await page.getByRole('button', { name: 'Put everything back' }).click();
    t.ok(await allBack());
  });
  await up.process.kill('SIGINT');
});

t.test('where nobody owns the peers, tours name what they need', { skip: skipWithoutBrowser }, async (t) => {
  const relay = await listenRelay({ host: '127.0.0.1', port: 0, dashboardDirectory: BUILT_PAGE });
  t.teardown(() => relay.close());
  const puppet = await PuppetPeer.connect(relay.url, clusterId('demo'), peerId('p1'));
  t.teardown(() => puppet.stop());
  puppet.tell(statusOf());
  const browser = await launchBrowser(t);
  const { page } = await openPage(t, browser, `${relay.url}/#demo`);
  await page.getByRole('button', { name: 'Tours', exact: true }).click();
  await page.locator('.tours', { hasText: 'npx whitewater up --peers 5' }).waitFor();
  t.equal(await page.getByRole('button', { name: /^Start/ }).count(), 0);
});
