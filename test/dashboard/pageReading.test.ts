import type { Page } from 'playwright-core';
import t from 'tap';
import { RelayClient } from '../../client/RelayClient.ts';
import { KeyValueMachine } from '../../peer/machine/keyValue/KeyValueMachine.ts';
import { Peer } from '../../peer/Peer.ts';
import { listenRelay } from '../../server/listen.ts';
import { clusterId, peerId } from '../../shared/ids.ts';
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
const theme = (page: Page) => page.evaluate<string>('document.documentElement.dataset.theme');

t.test(
  'read by keyboard, by ear, in any light, from a phone to a projector',
  { skip: skipWithoutBrowser },
  async (t) => {
    const relay = await listenRelay({ port: 0, dashboardDirectory: BUILT_PAGE });
    t.teardown(() => relay.close());
    const puppets = await Promise.all(IDS.map((id) => PuppetPeer.connect(relay.url, clusterId('demo'), id)));
    t.teardown(() => puppets.forEach((puppet) => puppet.stop()));
    const [p1 = null] = IDS;
    const log = {
      lastLogIndex: 9,
      commitIndex: 8,
      lastApplied: 8,
      durableIndex: 9,
      terms: [{ term: 3, firstIndex: 1 }],
    };
    // A puppet sends no heartbeats, and has long not to be missed.
    const patient = { electionTimeoutMsMin: 600_000, electionTimeoutMsMax: 600_000 };
    puppets.forEach((puppet, index) =>
      puppet.tell(index === 0 ? leaderStatus(3, { leader: p1, ...log, ...patient }) : followerStatus(3, p1, log)),
    );
    const browser = await launchBrowser(t);
    const url = `${relay.url}/#demo`;
    const { page, troubles } = await openPage(t, browser, url, { colorScheme: 'dark' });
    const ready = page.locator('.headline h2', { hasText: 'p1 leads term 3' });
    await ready.waitFor();

    await t.test('panels open and close by their letters', async (t) => {
      t.equal(await page.locator('.controls').count(), 1);
      await page.keyboard.press('b');
      await page.locator('.controls').waitFor({ state: 'detached' });
      await page.keyboard.press('b');
      await page.locator('.controls').waitFor();
      await page.keyboard.press('m');
      await page.locator('.events').waitFor();
      await page.waitForFunction(
        "(() => { const { top } = document.getElementById('panel-time').getBoundingClientRect(); return top >= 0 && top < innerHeight - 150; })()",
      );
      t.equal(await page.locator('.peers').count(), 0, 'one panel stands in a place');
      await page.keyboard.press('i');
      await page.locator('.peers').waitFor();
    });

    await t.test('help tells the keys, has the focus, and is left by Esc; letters can be switched off', async (t) => {
      await page.keyboard.press('?');
      const help = page.getByRole('dialog', { name: 'Keyboard' });
      await help.waitFor();
      t.match(await help.innerText(), /L\s+back to live[^]*B\s+opens or closes Break it/);
      t.equal(await page.evaluate("document.querySelector('dialog.help').scrollTop"), 0, 'it begins at its top');
      t.strictSame(await accessibilityProblems(page), []);
      await help.getByRole('checkbox').uncheck();
      await page.keyboard.press('Escape');
      await help.waitFor({ state: 'hidden' });
      await page.keyboard.press('b');
      await page.keyboard.press(' ');
      await page.locator('.connection[data-phase=past]').waitFor();
      t.equal(await page.locator('.looking-only').count(), 1, 'b did nothing, Space is no letter');
      await page.reload();
      await ready.waitFor();
      await page.keyboard.press('b');
      await page.keyboard.press('?');
      t.equal(await page.locator('.controls').count(), 1, 'the browser remembers');
      await page.getByRole('button', { name: 'Help and keyboard' }).click();
      await help.getByRole('checkbox').check();
      await help.getByRole('button', { name: 'Close' }).click();
    });

    await t.test('a field that is typed into keeps its letters', async (t) => {
      await page.getByRole('combobox', { name: 'Speed' }).focus();
      await page.keyboard.press('b');
      t.equal(await page.locator('.controls').count(), 1);
      await page.locator('.headline h2').click();
    });

    await t.test('light and dark are chosen, and kept', async (t) => {
      t.equal(await theme(page), 'dark', 'as the system has it');
      await page.getByRole('combobox', { name: 'Colours' }).selectOption('light');
      await until(async () => (await theme(page)) === 'light', { ...wait, what: 'light' });
      t.equal(await page.evaluate('getComputedStyle(document.body).color'), 'rgb(19, 33, 46)');
      await page.reload();
      await ready.waitFor();
      t.equal(await theme(page), 'light');
      t.strictSame(await accessibilityProblems(page), []);
      await page.getByRole('combobox', { name: 'Colours' }).selectOption('system');
      await until(async () => (await theme(page)) === 'dark', { ...wait, what: 'dark' });
      await page.emulateMedia({ colorScheme: 'light' });
      await until(async () => (await theme(page)) === 'light', { ...wait, what: 'the system changed' });
    });

    await t.test('tables tell in words what is drawn', async (t) => {
      const table = (name: string) => page.getByRole('group', { name: `Table of ${name}` });
      t.match(
        await table('logs').locator('tbody tr').first().innerText(),
        /p1\s+1 to 9\s+none\s+9\s+8\s+8\s+term 3 from 1/,
      );
      t.equal(await table('links').count(), 0, 'nothing to tell of plain links');
      await fetch(`${relay.url}/api/clusters/demo/partition`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ groups: [['p1'], ['p2', 'p3', 'p4', 'p5']] }),
      });
      await table('links').waitFor();
      t.equal(await table('links').locator('tbody tr', { hasText: 'cut' }).count(), 8);
      await page.keyboard.press('h');
      await table('links').waitFor({ state: 'detached' });
      await page.keyboard.press('u');
      await table('links').waitFor();
      await page.keyboard.press('Shift+U');
      await table('links').waitFor({ state: 'detached' });
      t.pass('healed, undone, and done again, by keys');
    });

    await t.test('the projector shows the ring large, and no tables', async (t) => {
      await page.keyboard.press('p');
      await page.locator('.peers').waitFor({ state: 'hidden' });
      const ring = await page.locator('.ring').boundingBox();
      t.ok((ring?.height ?? 0) > 500, `${ring?.height} of 800 px`);
      const size = await page.evaluate<string>(
        `getComputedStyle(document.querySelector('.ring-svg .caption text')).fontSize`,
      );
      t.ok(Number.parseFloat(size) >= 24, size);
      t.strictSame(await accessibilityProblems(page), []);
      await page.keyboard.press('Escape');
      await page.locator('.peers').waitFor();
    });

    await t.test('a phone shows one part at a time, by tabs at its foot', async (t) => {
      const phone = await openPage(t, browser, url, { width: 390, height: 844 });
      const list = phone.page.getByRole('list', { name: 'Peers' });
      await list.waitFor();
      t.match(await list.innerText(), /p1\s+leader, heard by a majority/);
      t.equal(await phone.page.locator('.peers').isVisible(), false);
      await phone.page.getByRole('button', { name: 'More' }).click();
      await phone.page.getByRole('button', { name: 'Table', exact: true }).click();
      await phone.page.locator('.peers').waitFor();
      t.equal(await phone.page.locator('.ring').isVisible(), false);
      t.equal(await phone.page.evaluate('document.documentElement.scrollWidth'), 390);
      const tab = await phone.page.locator('.phone-tabs button').first().boundingBox();
      t.ok((tab?.height ?? 0) >= 48);
      t.strictSame(await accessibilityProblems(phone.page), []);
    });

    t.strictSame(troubles, []);
  },
);

t.test('a token that may only look: no control is there', { skip: skipWithoutBrowser }, async (t) => {
  const [admin, viewer] = ['token-of-an-admin', 'token-of-a-viewer'];
  const tokens = { admin: [admin], readOnly: [viewer] };
  const relay = await listenRelay({ port: 0, dashboardDirectory: BUILT_PAGE, tokens });
  t.teardown(() => relay.close());
  const options = {
    cluster: 'demo',
    id: 'p1',
    relay: relay.url,
    voters: ['p1'],
    token: admin,
    machine: new KeyValueMachine(),
  };
  const peer = await Peer.start(options);
  t.teardown(() => peer.stop());
  const browser = await launchBrowser(t);
  const { page, troubles } = await openPage(t, browser, `${relay.url}/#demo`);
  await page.getByLabel('Its token').fill(viewer);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await page.locator('.headline h2', { hasText: 'p1 leads term' }).waitFor();
  await page.locator('.connection', { hasText: 'live, looking only' }).waitFor();
  for (const name of ['Heal', 'Isolate leader', /^Disconnect/]) {
    t.equal(await page.getByRole('button', { name }).count(), 0, String(name));
  }
  t.equal(await page.locator('.shell, .hand-tools').count(), 0);
  await page.locator('.looking-only', { hasText: 'your token may only look' }).waitFor();
  await page.keyboard.press('h');
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keyboard' });
  t.notMatch(await help.innerText(), 'heals the network');
  t.equal(await page.locator('.refusal').count(), 0, 'and its keys do nothing');
  await page.keyboard.press('Escape');
  await new RelayClient({ url: relay.url, token: admin }).put('demo', 'colour', 'blue');
  await page.keyboard.press('c');
  await page.getByRole('button', { name: 'Get', exact: true }).click();
  await page.locator('.asked li', { hasText: 'yes: "blue", revision' }).waitFor();
  t.equal(await page.getByRole('button', { name: 'Put', exact: true }).count(), 0, 'it may read keys, and write none');
  t.strictSame(await accessibilityProblems(page), []);
  t.strictSame(troubles, []);
});

t.test('a page that cannot ask what it may do looks only, until it can', { skip: skipWithoutBrowser }, async (t) => {
  const relay = await listenRelay({ port: 0, dashboardDirectory: BUILT_PAGE });
  t.teardown(() => relay.close());
  const puppet = await PuppetPeer.connect(relay.url, clusterId('demo'), peerId('p1'));
  t.teardown(() => puppet.stop());
  const browser = await launchBrowser(t);
  const { page } = await openPage(t, browser, `${relay.url}/#demo`);
  const heal = page.getByRole('button', { name: 'Heal', exact: true });
  await heal.waitFor();
  await page.route('**/api/session', (route) => route.abort());
  await page.reload();
  await page.locator('.connection', { hasText: 'live, looking only' }).waitFor();
  await page.locator('.looking-only', { hasText: 'the relay has not told yet' }).waitFor();
  t.equal(await heal.count(), 0);
  await page.unroute('**/api/session');
  await heal.waitFor();
  t.equal(await page.locator('.looking-only').count(), 0);
});
