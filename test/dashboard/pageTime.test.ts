import type { Page } from 'playwright-core';
import t from 'tap';
import { KeyValueMachine } from '../../peer/machine/keyValue/KeyValueMachine.ts';
import { Peer } from '../../peer/Peer.ts';
import { listenRelay } from '../../server/listen.ts';
import type { ClusterView } from '../../shared/http/ClusterView.ts';
import { until } from '../support/until.ts';
import {
  accessibilityProblems,
  BUILT_PAGE,
  launchBrowser,
  openPage,
  skipWithoutBrowser,
  WITHIN_MS,
} from './support/browser.ts';
import { IDS } from './support/statuses.ts';

const wait = { withinMs: WITHIN_MS };

/** Long enough that a busy machine does not depose leaders; one that is cut off goes on believing. */
const ELECTION = { electionTimeoutMsMin: 1000, electionTimeoutMsMax: 1600, checkQuorum: false };

async function drawnIn(page: Page): Promise<number> {
  return Number(await page.locator('.lanes-cells canvas').getAttribute('data-drawn'));
}

/** Seconds that are kept, by the scale's left end. */
async function keptSeconds(page: Page): Promise<number> {
  return Number(/−([\d.]+) s/.exec(await page.locator('.scale-end').first().innerText())?.[1] ?? 0);
}

/** Where the time that is drawn stands in the lanes, as a share of their width. */
async function cursorShare(page: Page): Promise<number> {
  const [cursor, cells] = await Promise.all([
    page.locator('.lanes-cursor').boundingBox(),
    page.locator('.lanes-cells').boundingBox(),
  ]);
  if (cursor === null || cells === null) throw new Error('lanes and cursor have a place');
  return (cursor.x + cursor.width / 2 - cells.x) / cells.width;
}

t.test('lanes and the space-time diagram, of a real cluster', { skip: skipWithoutBrowser }, async (t) => {
  const relay = await listenRelay({ host: '127.0.0.1', port: 0, dashboardDirectory: BUILT_PAGE });
  t.teardown(() => relay.close());
  const peers = await Promise.all(
    IDS.map((id) =>
      Peer.start({
        ...{ cluster: 'demo', id, relay: relay.url, voters: IDS, election: ELECTION },
        machine: new KeyValueMachine(),
      }),
    ),
  );
  t.teardown(() => Promise.all(peers.map((peer) => peer.stop())).then(() => undefined));
  const call = (method: string, path: string, body?: unknown): Promise<Response> =>
    fetch(`${relay.url}/api/clusters/demo${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
  const clusterOf = async (): Promise<ClusterView> => (await (await call('GET', '')).json()) as ClusterView;
  const browser = await launchBrowser(t);
  const { page, hosts, troubles } = await openPage(t, browser, `${relay.url}/#demo`);
  const lanes = page.locator('.lanes-cells');
  const words = page.locator('#lane-words');
  const lineWords = page.locator('#line-words');
  await page.locator('.headline h2', { hasText: 'leads term' }).waitFor();
  const { leader: old } = await clusterOf();
  if (old === null) throw new Error('somebody leads');

  await t.test('opens by its letter, and draws every lane', async (t) => {
    await page.keyboard.press('m');
    await until(async () => (await drawnIn(page)) >= 5, { ...wait, what: 'something is drawn' });
    const names = await page.locator('.lane-names li').allInnerTexts();
    t.strictSame(names, [...IDS, 'faults', 'clients', 'checks']);
    const painted = await page.evaluate<number>(
      `(() => {
        const canvas = document.querySelector('.lanes-cells canvas');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return new Set(new Uint32Array(data.buffer)).size;
      })()`,
    );
    t.ok(painted > 5, `${painted} colours`);
  });

  await t.test('a partition, an election and a heal are told by the lanes, by keys alone', async (t) => {
    t.equal((await call('PUT', '/partition', { groups: [[old], IDS.filter((id) => id !== old)] })).status, 200);
    const { leader: heir } = await until(
      async () => {
        const view = await clusterOf();
        return view.leader !== old && view.leader !== null && view;
      },
      { ...wait, what: 'the others elect one' },
    );
    await lanes.focus();
    const goTo = async (lane: string): Promise<void> => {
      for (let row = 0; row < 8; row += 1) await page.keyboard.press('ArrowUp');
      const all = [...IDS, 'faults', 'clients', 'checks'] as string[];
      for (let row = 0; row < all.indexOf(lane); row += 1) await page.keyboard.press('ArrowDown');
    };
    await goTo('faults');
    await words
      .filter({ hasText: `partitioned: ${old} |` })
      .or(words.filter({ hasText: 'partitioned' }))
      .waitFor();
    await goTo(heir ?? '');
    await words.filter({ hasText: new RegExp(`^now ${heir} leads term \\d+, from`) }).waitFor();
    await goTo(old);
    await words.filter({ hasText: `${old} believes that it leads` }).waitFor();
    t.equal((await call('POST', '/heal')).status, 200);
    await words.filter({ hasText: `${old} follows ${heir}` }).waitFor();
    await goTo('checks');
    await words.filter({ hasText: '8 of 8 rules are judged, and hold' }).waitFor();
  });

  await t.test('arrow keys go through time, Enter opens the moment, End comes back', async (t) => {
    await lanes.focus();
    for (let row = 0; row < 8; row += 1) await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Home');
    await page.locator('.cluster[data-mode=past]').waitFor();
    await until(async () => (await cursorShare(page)) < 0.02, { ...wait, what: 'the cursor stands at the beginning' });
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await until(async () => (await cursorShare(page)) > 0.01, { ...wait, what: 'it goes on' });
    t.match(await words.innerText(), /^\d\d:\d\d:\d\d\.\d{3} p1/);
    t.equal(await words.getAttribute('role'), 'status', 'it is told');
    await page.keyboard.press('Enter');
    await page.locator('.space-time').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.space-time').waitFor({ state: 'detached' });
    await lanes.focus();
    await page.keyboard.press('End');
    await page.locator('.cluster[data-mode=live]').waitFor();
  });

  await t.test('a click goes to a time, the wheel goes closer, "All" shows all again', async (t) => {
    const box = await lanes.boundingBox();
    if (box === null) throw new Error('the lanes have a place');
    await page.mouse.click(box.x + box.width / 2, box.y + 40);
    await page.locator('.cluster[data-mode=past]').waitFor();
    const share = await cursorShare(page);
    t.ok(Math.abs(share - 0.5) < 0.05, `${share} of the width`);
    t.equal(await page.locator('.lane-names li[data-chosen=true]').innerText(), 'p1');
    await page.mouse.move(box.x + box.width / 4, box.y + 40);
    await page.mouse.wheel(0, -800);
    await until(async () => Math.abs((await cursorShare(page)) - 0.5) > 0.1, { ...wait, what: 'the scale is closer' });
    await page.getByRole('button', { name: 'All', exact: true }).click();
    await until(async () => Math.abs((await cursorShare(page)) - 0.5) < 0.1, { ...wait, what: 'all is seen again' });
    await page.keyboard.press('l');
    await page.locator('.cluster[data-mode=live]').waitFor();
  });

  await t.test('a drag chooses a stretch; in it frames are found by click and by keys, causes light up', async (t) => {
    await until(async () => (await keptSeconds(page)) > 5, { ...wait, what: 'there is some time to choose from' });
    await page.getByRole('button', { name: '10 s', exact: true }).click();
    const box = await lanes.boundingBox();
    if (box === null) throw new Error('the lanes have a place');
    await page.mouse.move(box.x + box.width * 0.7, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.8, box.y + 70);
    await page.mouse.up();
    await page.locator('.space-time svg .diagram-line').nth(3).waitFor({ state: 'attached' });
    t.match(await page.locator('.space-time .log-head').innerText(), /\d m?s from \d\d:/);
    await page.locator('.space-time-room').focus();
    await page.keyboard.press('Home');
    for (let frame = 0; frame < 6; frame += 1) await page.keyboard.press('ArrowRight');
    await lineWords.filter({ hasText: /AppendEntries.* delivered at once\. .*may have caused it/s }).waitFor();
    t.equal(await page.locator('[data-light=own] .diagram-line').count(), 1);
    const lit = page.locator(':is([data-light=before], [data-light=after]) .diagram-line');
    t.ok((await lit.count()) > 3, `${await lit.count()} frames are lit`);
    t.ok((await page.locator('.space-time-room .cone-after').count()) > 1);
    await page.keyboard.press('Enter');
    await page.locator('.details').waitFor();
    t.match(await page.locator('.details').innerText(), /AppendEntries/);
    t.strictSame(await accessibilityProblems(page), []);
    const own = await page.locator('[data-light=own] .diagram-line').getAttribute('data-seq');
    const other = page.locator(`[data-light=dim] .diagram-line:not([data-seq="${own}"])`).last();
    await other.scrollIntoViewIfNeeded();
    const seq = await other.getAttribute('data-seq');
    const line = await page.evaluate<{ x: number; y: number }>(`(() => {
      const path = document.querySelector('.space-time-room .diagram-line[data-seq="${seq}"]');
      const point = path.getPointAtLength(path.getTotalLength() * 0.8);
      const box = path.ownerSVGElement.getBoundingClientRect();
      return { x: box.left + point.x, y: box.top + point.y };
    })()`);
    await page.mouse.click(line.x, line.y);
    await until(
      async () => (await page.locator('[data-light=own] .diagram-line').first().getAttribute('data-seq')) !== own,
      {
        ...wait,
        what: 'the frame under the pointer is selected',
      },
    );
  });

  await t.test('shorter, longer, earlier; played slowly; closed', async (t) => {
    const text = (): Promise<string> => page.locator('.space-time .log-head .numbers').innerText();
    const before = await text();
    await page.getByRole('button', { name: 'Shorter', exact: true }).click();
    await until(async () => (await text()) !== before, { ...wait, what: 'another stretch' });
    await page.getByRole('button', { name: 'Longer', exact: true }).click();
    await page.getByRole('button', { name: 'Earlier', exact: true }).click();
    await page.getByRole('button', { name: 'Play it slowly' }).click();
    await page.locator('.cluster[data-mode=past]').waitFor();
    const cursor = page.locator('.diagram-cursor[visibility=visible]');
    await cursor.waitFor({ state: 'attached' });
    const places = new Set<string | null>();
    await until(async () => places.add(await cursor.getAttribute('transform')).size > 2, { ...wait, what: 'it moves' });
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    await page.locator('.space-time').waitFor({ state: 'detached' });
    await page.keyboard.press('l');
    t.pass();
  });

  await t.test('lists say the same in words, and lead to the moment', async (t) => {
    await page.getByText('The lanes as lists').click();
    const faults = page.getByRole('region', { name: 'Lane of faults' });
    await faults
      .getByText(/partitioned/)
      .first()
      .waitFor();
    await faults.getByRole('button').first().click();
    await page.locator('.cluster[data-mode=past]').waitFor();
    t.strictSame(await accessibilityProblems(page), []);
    await page.locator('.events .event-time').first().click();
    await page.keyboard.press('l');
    await page.locator('.cluster[data-mode=live]').waitFor();
  });

  await t.test('on a phone in the dark: lanes, a stretch by touch of a button, nothing sticks out', async (t) => {
    const phone = await openPage(t, browser, `${relay.url}/#demo`, { width: 390, height: 844, colorScheme: 'dark' });
    await phone.page.getByRole('button', { name: 'Time', exact: true }).click();
    await until(async () => (await drawnIn(phone.page)) >= 5, { ...wait, what: 'the phone draws' });
    await until(async () => (await keptSeconds(phone.page)) > 2, { ...wait, what: 'two seconds are kept' });
    await phone.page.getByRole('button', { name: 'Diagram of the last 2 s' }).click();
    await phone.page.locator('.space-time svg .diagram-line').nth(3).waitFor({ state: 'attached' });
    t.equal(await phone.page.evaluate('document.documentElement.scrollWidth'), 390);
    t.strictSame(await accessibilityProblems(phone.page), []);
    t.strictSame(phone.troubles, []);
  });

  t.strictSame([...hosts], [new URL(relay.url).host], 'no request went to any other host');
  t.strictSame(troubles, []);
});
