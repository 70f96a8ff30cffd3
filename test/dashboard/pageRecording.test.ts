import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import t from 'tap';
import { listenRelay } from '../../server/listen.ts';
import type { ClusterView } from '../../shared/http/ClusterView.ts';
import type { LiveSnapshot } from '../../shared/http/Live.ts';
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
import { snapshotOf, viewOf } from './support/views.ts';

const wait = { withinMs: WITHIN_MS };
const headline = (page: Page) => page.locator('.headline h2');

t.test('the past, and a recording of it', { skip: skipWithoutBrowser }, async (t) => {
  const relay = await listenRelay({ port: 0, dashboardDirectory: BUILT_PAGE });
  let isUp = true;
  t.teardown(() => (isUp ? relay.close() : undefined));
  const directory = await mkdtemp(join(tmpdir(), 'whitewater-recording-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  const puppets = await Promise.all(IDS.map((id) => PuppetPeer.connect(relay.url, clusterId('demo'), id)));
  t.teardown(() => puppets.forEach((puppet) => puppet.stop()));
  const lead = (leader: number, term: number): void =>
    puppets.forEach((puppet, index) => {
      const id = IDS[leader] ?? null;
      puppet.tell(index === leader ? leaderStatus(term, { leader: id }) : followerStatus(term, id));
    });
  lead(0, 3);
  await until(
    async () => {
      const view = (await (await fetch(`${relay.url}/api/clusters/demo`)).json()) as ClusterView;
      return view.leader === 'p1' && view.peers.every(({ leader }) => leader === 'p1');
    },
    { ...wait, what: 'the relay knows it' },
  );
  const browser = await launchBrowser(t);
  const { page, troubles } = await openPage(t, browser, `${relay.url}/#demo`);
  await headline(page).filter({ hasText: 'p1 leads term 3' }).waitFor();
  lead(1, 4);
  await headline(page).filter({ hasText: 'p2 leads term 4' }).waitFor();
  const file = join(directory, 'a.whitewater.html');

  await t.test('scrubbed back, the page shows what was, says how long ago, and takes no orders', async (t) => {
    await page.getByRole('button', { name: 'To the beginning' }).click();
    await headline(page).filter({ hasText: 'p1 leads term 3' }).waitFor();
    await page.locator('.connection', { hasText: /you look at \d.* ago/ }).waitFor();
    t.equal(await page.getByRole('button', { name: 'Heal' }).count(), 0, 'no control is there');
    t.equal(await page.getByRole('button', { name: 'Disconnect p1' }).count(), 0);
    t.equal(await page.locator('.shell').count(), 0);
    t.strictSame(await accessibilityProblems(page), []);
  });

  await t.test('the cluster runs on meanwhile, and "back to live" shows it', async () => {
    lead(2, 5);
    await page.keyboard.press('l');
    await headline(page).filter({ hasText: 'p3 leads term 5' }).waitFor();
    await page.locator('.connection[data-phase=live]').waitFor();
    await page.getByRole('button', { name: 'Heal' }).waitFor();
  });

  await t.test('it plays at any speed, and catches up with what is live', async (t) => {
    await page.getByRole('button', { name: 'To the beginning' }).click();
    await page.locator('.connection[data-phase=past]').waitFor();
    await page.getByRole('combobox', { name: 'Speed' }).selectOption('10');
    await page.getByRole('button', { name: 'Play' }).click();
    await page.locator('.connection[data-phase=live]').waitFor();
    t.equal(await headline(page).innerText(), 'p3 leads term 5');
  });

  await t.test('saved as one file', async (t) => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save' }).click(),
    ]);
    t.match(download.suggestedFilename(), /^demo-[\d-]+\.whitewater\.html$/);
    await download.saveAs(file);
    t.strictSame(troubles, []);
  });

  await t.test('opened in the page beside what is live, and closed again', async (t) => {
    await page.locator('input[type=file]').setInputFiles(file);
    await page.locator('.connection', { hasText: 'a recording of' }).waitFor();
    t.equal(await page.getByRole('button', { name: 'Save' }).count(), 0);
    await page.getByRole('button', { name: 'Close it' }).click();
    await page.locator('.connection[data-phase=live]').waitFor();
  });

  await t.test('a file that is none is refused in a sentence, and the page stays as it was', async (t) => {
    const other = { name: 'a.html', mimeType: 'text/html', buffer: Buffer.from('<p>hello</p>') };
    await page.locator('input[type=file]').setInputFiles(other);
    await page.getByRole('alert').filter({ hasText: 'This file is no recording of Whitewater' }).waitFor();
    t.equal(await page.locator('.connection').innerText(), 'live');
    t.strictSame(await accessibilityProblems(page), []);
  });

  await t.test('opened from a disk without a server: played through, and nothing is fetched', async (t) => {
    await relay.close();
    isUp = false;
    const saved = await openPage(t, browser, pathToFileURL(file).href, { colorScheme: 'dark' });
    const past = saved.page;
    await past.locator('.connection', { hasText: 'a recording of' }).waitFor();
    await past.locator('.peer').first().waitFor();
    t.equal(await headline(past).innerText(), 'p1 leads term 3', 'it begins at its beginning');
    await past.getByRole('combobox', { name: 'Speed' }).selectOption('10');
    await past.getByRole('button', { name: 'Play' }).click();
    await headline(past).filter({ hasText: 'p3 leads term 5' }).waitFor();
    await past.getByRole('button', { name: 'Play' }).waitFor();
    t.equal(await past.locator('.peer').count(), 5);
    t.equal(await past.getByRole('button', { name: 'Heal' }).count(), 0);
    const held = past.getByRole('slider', { name: 'Time' });
    await held.focus();
    await held.press('Home');
    await held.press('Shift+ArrowLeft');
    await until(async () => (await headline(past).innerText()) !== 'p3 leads term 5', {
      ...wait,
      what: 'an earlier leader',
    });
    t.strictSame(await accessibilityProblems(past), []);
    t.strictSame([...saved.hosts], [''], 'no request, and no socket');
    t.strictSame(saved.troubles, []);
  });
});

t.test(
  'a recording of hundreds of peers: some on the ring, all in the table',
  { skip: skipWithoutBrowser },
  async (t) => {
    const relay = await listenRelay({ port: 0, dashboardDirectory: BUILT_PAGE });
    t.teardown(() => relay.close());
    const puppet = await PuppetPeer.connect(relay.url, clusterId('demo'), peerId('p1'));
    t.teardown(() => puppet.stop());
    const browser = await launchBrowser(t);
    const { page, troubles } = await openPage(t, browser, `${relay.url}/#demo`);
    await page.locator('.peer').first().waitFor();
    const leader = peerId('p200');
    const peers = Array.from({ length: 250 }, (_, index) => peerId(`p${index + 1}`)).map((id) =>
      viewOf(id, id === leader ? leaderStatus(3, { leader }) : followerStatus(3, leader)),
    );
    const buffer = recordingOf(snapshotOf(peers, { leader, term: 3, partition: { groups: [[leader]] } }));
    await page.locator('input[type=file]').setInputFiles({ name: 'a.html', mimeType: 'text/html', buffer });
    await headline(page).filter({ hasText: 'p200 leads term 3' }).waitFor();
    await page.locator('.fact', { hasText: '32 of 250 peers on the ring; the table has all' }).waitFor();
    t.match(await page.locator('.group-words').nth(1).innerText(), /^B p1 p2 .* p20 and 229 more$/);
    t.equal(await page.locator('.ring .peer').count(), 32);
    t.equal(await page.locator('.ring .peer[data-peer=p200]').count(), 1);
    t.equal(await page.locator('.links .link').count(), (32 * 31) / 2);
    const rows = page.locator('.peers tbody tr');
    if ((await rows.count()) === 0) await page.keyboard.press('i');
    await rows.first().waitFor();
    t.equal(await rows.count(), 50);
    t.strictSame(await accessibilityProblems(page), []);
    await page.locator('.peers').getByRole('button', { name: 'Show all 250' }).click();
    await rows.nth(249).waitFor();
    t.equal(await page.locator('.peers').getByRole('button', { name: /^Show/ }).count(), 0);
    t.strictSame(troubles, []);
  },
);

function recordingOf(snapshot: LiveSnapshot): Buffer {
  const facts = {
    whitewater: 'recording',
    format: 1,
    version: '1',
    cluster: 'demo',
    fromMs: 0,
    untilMs: 1,
    savedAtMs: 2,
  };
  const lines = [{ ...facts, statement: 'of a test' }, [0, snapshot]].map((line) => JSON.stringify(line)).join('\n');
  const base64 = gzipSync(lines).toString('base64');
  return Buffer.from(`<script type="application/x-whitewater-recording" id="recording">${base64}</script>`);
}
