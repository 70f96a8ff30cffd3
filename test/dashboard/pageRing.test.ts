import { signal } from '@preact/signals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import t from 'tap';
import { xOn, yOn } from '../../server/dashboard/src/geometry/chord.ts';
import { type Layout, makeLayout } from '../../server/dashboard/src/geometry/Layout.ts';
import { CAPTION_SIZE_MIN } from '../../server/dashboard/src/geometry/captionSize.ts';
import { placesOf } from '../../server/dashboard/src/geometry/places.ts';
import { anglesOf, type Point } from '../../server/dashboard/src/geometry/ring.ts';
import { FeedHistory } from '../../server/dashboard/src/model/history/FeedHistory.ts';
import { GaugeColumns } from '../../server/dashboard/src/model/history/GaugeColumns.ts';
import type { Extent } from '../../server/dashboard/src/model/history/History.ts';
import { KeptMarks } from '../../server/dashboard/src/model/history/KeptMarks.ts';
import { writeRecording } from '../../server/dashboard/src/model/history/recording.ts';
import { listenRelay } from '../../server/listen.ts';
import type { FrameSample } from '../../shared/http/Frames.ts';
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
import { FEED_FROM_MS, recordedFeed } from './support/feeds.ts';
import { PuppetPeer } from './support/PuppetPeer.ts';
import { followerStatus, IDS, leaderStatus, statusOf } from './support/statuses.ts';

const wait = { withinMs: WITHIN_MS };
const demo = clusterId('demo');
const [p1, p2, p3, p4, p5] = IDS as [PeerId, PeerId, PeerId, PeerId, PeerId];
const details = (page: Page) => page.locator('.details');

/** Where the page has things, computed as it does. */
async function layoutOf(page: Page): Promise<{ layout: Layout; corner: Point }> {
  // The scale of time, once it was used, has taken the page to itself.
  await page.evaluate('window.scrollTo(0, 0)');
  const box = await page.locator('.ring').boundingBox();
  if (box === null) throw new Error('there is no ring');
  const places = placesOf(box, anglesOf(IDS, [IDS]), [], CAPTION_SIZE_MIN);
  return { layout: makeLayout({ width: box.width, height: box.height }, places.peers), corner: box };
}

async function pointOn(page: Page, from: PeerId, to: PeerId, share: number): Promise<Point & { inPage: Point }> {
  const { layout, corner } = await layoutOf(page);
  const chord = layout.chord(from, to);
  if (chord === null) throw new Error(`no chord from ${from} to ${to}`);
  const [x, y] = [xOn(chord, share), yOn(chord, share)];
  return { x, y, inPage: { x: corner.x + x, y: corner.y + y } };
}

/** How much is drawn on the canvas around a place: the opaque pixels of a square of 13. */
async function drawnAt(page: Page, { x, y }: Point): Promise<number> {
  return page.evaluate<number>(`(() => {
    const canvas = document.querySelector('canvas.flights');
    const scale = canvas.width / canvas.clientWidth;
    const { data } = canvas.getContext('2d').getImageData(${x} * scale - 6, ${y} * scale - 6, 13, 13);
    return data.filter((_, index) => index % 4 === 3).filter((alpha) => alpha > 100).length;
  })()`);
}

async function clickOn(page: Page, from: PeerId, to: PeerId, share: number): Promise<void> {
  const { inPage } = await pointOn(page, from, to, share);
  await page.mouse.click(inPage.x, inPage.y);
}

/** 3.1 s after the beginning: one frame of each fate, at the share of its way that is told. */
const LOOK_MS = 3100;
const FATES: readonly (Partial<FrameSample> & {
  atMs: number;
  from: PeerId;
  to: PeerId;
  share: number;
  words: RegExp;
})[] = [
  { atMs: 3000, from: p2, to: p3, share: 0.4, fate: 'delivered', words: /delivered at once/ },
  {
    ...{ atMs: 2800, from: p2, to: p4, share: 0.5, fate: 'dropped', cause: 'loss' },
    words: /dropped: a rule or profile loses frames here/,
  },
  {
    ...{ atMs: 1100, from: p3, to: p4, share: 0.5, fate: 'planned', delaysMs: [4000], strikes: ['slow:delay'] },
    words: /delayed by 4 s.*struck by: delay by rule slow/s,
  },
  { atMs: 2000, from: p3, to: p5, share: 1 / 3, fate: 'planned', delaysMs: [null], words: /held until it is released/ },
  {
    ...{ atMs: 2100, from: p2, to: p5, share: 0.5, fate: 'planned', delaysMs: [2000, 2000] },
    words: /copy 1: delayed by 2 s.*copy 2: delayed by 2 s/s,
  },
];

/** A feed of five peers with these frames and no others. */
async function recordingOfFates(): Promise<Blob> {
  const history = new FeedHistory({
    extent: signal<Extent | null>(null),
    marks: new KeptMarks(signal(0)),
    gauges: new GaugeColumns(signal<number | null>(null)),
  });
  for (const { message, receivedAtMs } of recordedFeed({ seconds: 4 })) {
    if (message.type !== 'frames') history.add(message, receivedAtMs);
    else {
      const from = message.timeMs - 100;
      const frames = FATES.flatMap(({ atMs, words: _words, share: _share, ...facts }, index): FrameSample[] => {
        const timeMs = FEED_FROM_MS + atMs;
        if (timeMs <= from || timeMs > message.timeMs) return [];
        const sample = { seq: 100 + index, timeMs, type: 'RequestVote', id: index + 1, bytes: 99 } as const;
        return [{ ...sample, fate: 'delivered', ...facts }];
      });
      history.add({ ...message, frames, ends: [], queues: [] }, receivedAtMs);
    }
  }
  const [script, style] = await Promise.all(
    ['app.js', 'app.css'].map((name) => readFile(join(BUILT_PAGE, name), 'utf8')),
  );
  const page = { version: '0.0.0', script: script ?? '', style: style ?? '', nonce: 'n0nce' };
  return writeRecording(history, { cluster: demo, savedAtMs: FEED_FROM_MS + 5000 }, page);
}

t.test(
  'a dot for every fate, where it was at that time; a click tells its fate',
  { skip: skipWithoutBrowser },
  async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'whitewater-ring-'));
    t.teardown(() => rm(directory, { recursive: true, force: true }));
    const file = join(directory, 'fates.whitewater.html');
    await writeFile(file, Buffer.from(await (await recordingOfFates()).arrayBuffer()));
    const browser = await launchBrowser(t);
    const { page, troubles } = await openPage(t, browser, pathToFileURL(file).href, { colorScheme: 'dark' });
    await page.locator('.peer').nth(4).waitFor();
    const slider = page.getByRole('slider', { name: 'Time' });
    await slider.fill(String(LOOK_MS));
    for (const { from, to, share, words, fate } of FATES) {
      const point = await pointOn(page, from, to, share);
      await until(async () => (await drawnAt(page, point)) > 12, { ...wait, what: `the dot from ${from} to ${to}` });
      await page.mouse.click(point.inPage.x, point.inPage.y);
      await details(page).locator('h3', { hasText: 'RequestVote' }).waitFor();
      await details(page).locator('.facts', { hasText: words }).waitFor();
      t.pass(`${fate} ${from} to ${to}`);
    }
    t.equal(await page.locator('.lit-link[data-light=selected]').count(), 1, 'its chord is lit');
    await details(page).getByText('A recording has no texts of frames').waitFor();
    t.strictSame(await accessibilityProblems(page), []);

    await t.test('in the past they move with the time, and a held one stays', async (t) => {
      const [delivered, , , held] = FATES;
      if (delivered === undefined || held === undefined) throw new Error('no such fates');
      await page.keyboard.press('Escape');
      await slider.fill('3800');
      const gone = await pointOn(page, delivered.from, delivered.to, delivered.share);
      const stays = await pointOn(page, held.from, held.to, held.share);
      await until(async () => (await drawnAt(page, gone)) === 0 && (await drawnAt(page, stays)) > 12, {
        ...wait,
        what: 'the delivered one has arrived, the held one stands',
      });
      await slider.fill('1500');
      await until(async () => (await drawnAt(page, stays)) === 0, { ...wait, what: 'before it was sent' });
      t.pass();
    });
    t.strictSame(troubles, []);
  },
);

t.test('frames of a running cluster', { skip: skipWithoutBrowser }, async (t) => {
  const relay = await listenRelay({ port: 0, dashboardDirectory: BUILT_PAGE });
  t.teardown(() => relay.close());
  const puppets = await Promise.all(IDS.map((id) => PuppetPeer.connect(relay.url, demo, id)));
  t.teardown(() => puppets.forEach((puppet) => puppet.stop()));
  puppets.forEach((puppet, index) =>
    puppet.tell(index === 0 ? leaderStatus(3, { leader: p1, votedFor: p1 }) : followerStatus(3, p1)),
  );
  const browser = await launchBrowser(t);
  const { page, troubles, hosts } = await openPage(t, browser, `${relay.url}/#demo`);
  await page.locator('.headline h2', { hasText: 'p1 leads term 3' }).waitFor();
  const put = (path: string, body: unknown) =>
    fetch(`${relay.url}/api/clusters/demo/${path}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  await t.test('a held frame stands on its chord; a click tells what it says, and what it changed', async (t) => {
    await put('rules/stop', { from: 'p1', to: 'p2', hold: true });
    puppets[0]?.say(p2);
    const point = await pointOn(page, p1, p2, 1 / 3);
    await until(async () => (await drawnAt(page, point)) > 12, { ...wait, what: 'the dot' });
    await page.mouse.click(point.inPage.x, point.inPage.y);
    await details(page).locator('h3', { hasText: 'AppendEntries' }).waitFor();
    const came = details(page).getByRole('group', { name: 'The frame as it came' });
    await came.waitFor();
    t.match(JSON.parse(await came.innerText()), { type: 'AppendEntries', from: 'p1', to: 'p2', body: { term: 1 } });
    t.match(await details(page).innerText(), 'Nothing so far: no copy has arrived.');
    t.match(await details(page).innerText(), 'hold by rule stop');
    t.strictSame(await accessibilityProblems(page), []);
    await fetch(`${relay.url}/api/clusters/demo/rules/stop`, { method: 'DELETE' });
    await details(page)
      .locator('.facts', { hasText: /arrived after|lost after/ })
      .waitFor();
    puppets[1]?.tell(followerStatus(4, null, { lastLogIndex: 2 }));
    await details(page).locator('.changes', { hasText: 'term: 3, then 4' }).waitFor();
    t.pass('and what came of it, as soon as it is told');
  });

  await t.test('Esc brings back what the details covered', async (t) => {
    await page.keyboard.press('Escape');
    await page.locator('.controls').waitFor();
    t.equal(await details(page).count(), 0);
  });

  await t.test('by keyboard alone: from peer to peer, to a link, to its frames', async (t) => {
    const timer = setInterval(() => puppets[0]?.say(p3), 150);
    t.teardown(() => clearInterval(timer));
    await page.locator('.peer[data-peer=p1] .touch').focus();
    await page.keyboard.press('ArrowRight');
    const focused = () => page.evaluate('document.activeElement?.closest(".peer")?.dataset.peer');
    t.equal(await focused(), 'p2');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    t.equal(await focused(), 'p5', 'round the ring');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await details(page).locator('h3', { hasText: 'p1' }).waitFor();
    t.equal(await page.locator('.peer[data-lit=true]').getAttribute('data-peer'), 'p1');
    t.equal(await page.locator('.peer[data-peer=p1] .touch').getAttribute('aria-pressed'), 'true');
    t.match(await details(page).innerText(), /Leads\s+yes: a majority hears it/);
    t.strictSame(await accessibilityProblems(page), []);
    await details(page).getByRole('button', { name: 'to p3', exact: true }).press('Enter');
    await details(page).locator('h3', { hasText: 'p1 to p3' }).waitFor();
    await details(page).locator('.frame-button').first().press('Enter');
    await details(page).locator('h3', { hasText: 'AppendEntries' }).waitFor();
    t.strictSame(await accessibilityProblems(page), []);
    await page.keyboard.press('Escape');
    await page.keyboard.press('3');
    await page.keyboard.press('f');
    await details(page).getByRole('button', { name: 'Link from p1 to p3' }).waitFor();
    t.pass('F takes the newest frame');
  });

  await t.test('more than fifty a second are rates and no dots', async (t) => {
    await page.keyboard.press('Escape');
    const timer = setInterval(() => {
      for (let sent = 0; sent < 15; sent += 1) puppets[0]?.say(p4);
    }, 100);
    t.teardown(() => clearInterval(timer));
    // A bar along the chord: it is there at every look, where dots come and go.
    const places = await Promise.all([0.3, 0.42, 0.58, 0.7].map((share) => pointOn(page, p1, p4, share)));
    let looks = 0;
    await until(
      async () => {
        const drawn = await Promise.all(places.map((place) => drawnAt(page, place)));
        looks = drawn.every((pixels) => pixels > 25) ? looks + 1 : 0;
        return looks > 10;
      },
      { ...wait, what: 'the bar of rates' },
    );
    await clickOn(page, p1, p4, 0.3);
    await details(page).locator('h3', { hasText: 'p1 to p4' }).waitFor();
    await details(page)
      .locator('.facts', { hasText: /(?:[6-9]\d|1\d\d)\/s delivered/ })
      .waitFor();
    t.equal(await page.locator('.lit-link[data-light=selected]').count(), 1);
    clearInterval(timer);
    await page.keyboard.press('Escape');
    const [middle] = places;
    if (middle !== undefined) {
      await until(async () => (await drawnAt(page, middle)) === 0, { ...wait, what: 'the bar goes when it is calm' });
    }
  });

  await t.test('votes, with the reason of each refusal', async (t) => {
    const refused = [{ peer: p3, refusal: 'logBehind' as const }];
    const votes = { granted: [p5], refused };
    puppets[4]?.tell(statusOf({ role: 'candidate', term: 5, votedFor: p5, votes }));
    await page.locator('.peer[data-peer=p5] .touch').click();
    await details(page).locator('h4', { hasText: 'Votes: 1 of 3 needed' }).waitFor();
    t.strictSame(await details(page).locator('.vote-list li').allInnerTexts(), [
      ...['p1 has not answered', 'p2 has not answered', 'p3 refuses: has a newer log', 'p4 has not answered'],
      'p5 grants it',
    ]);
  });

  await t.test('learners stand apart, with their lag', async (t) => {
    const members = { voters: IDS.slice(0, 4), learners: [p5] };
    const progress = [{ peer: p5, mode: 'replicate' as const, nextIndex: 6, matchIndex: 5, heardMsAgo: 10 }];
    puppets.slice(1, 4).forEach((puppet) => puppet.tell(followerStatus(6, p1, members)));
    puppets[4]?.tell(statusOf({ ...members, role: 'learner', term: 6, leader: p1 }));
    puppets[0]?.tell(leaderStatus(6, { ...members, leader: p1, lastLogIndex: 12, progress }));
    await page.locator('.peer[data-peer=p5] .caption', { hasText: '7 behind' }).waitFor();
    await page.locator('.apart-title').waitFor({ state: 'attached' });
    const x = async (id: PeerId): Promise<number> => {
      const box = await page.locator(`.peer[data-peer=${id}] .body`).boundingBox();
      return (box?.x ?? NaN) + (box?.width ?? NaN) / 2;
    };
    await until(async () => (await x(p5)) > (await x(p2)) && (await x(p5)) > (await x(p1)), {
      ...wait,
      what: 'p5 at the right of all others',
    });
    t.strictSame(await accessibilityProblems(page), []);
  });

  t.strictSame([...hosts], [new URL(relay.url).host]);
  t.strictSame(troubles, []);
});
