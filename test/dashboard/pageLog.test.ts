import type { Page } from 'playwright-core';
import t from 'tap';
import { KeyValueMachine } from '../../peer/machine/keyValue/KeyValueMachine.ts';
import { Peer } from '../../peer/Peer.ts';
import { type ListeningRelay, listenRelay } from '../../server/listen.ts';
import type { ClusterView, PeerView } from '../../shared/http/ClusterView.ts';
import { clusterId, type PeerId } from '../../shared/ids.ts';
import type { Status } from '../../shared/messages/Status.ts';
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

/** A leader that is cut off goes on believing, so that there is time to look. */
const ELECTION = { electionTimeoutMsMin: 1000, electionTimeoutMsMax: 1600, checkQuorum: false };

async function call({ url }: ListeningRelay, method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${url}/api/clusters/demo${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
}

async function clusterOf(relay: ListeningRelay): Promise<ClusterView> {
  return (await (await call(relay, 'GET', '')).json()) as ClusterView;
}

/** How many things the newest repaint of the log drew. */
async function drawnIn(page: Page): Promise<number> {
  return Number(await page.locator('.log-cells canvas').getAttribute('data-drawn'));
}

/** Moves the cursor to the newest entry of a peer's log, by keys. */
async function goToEndOf(page: Page, peer: PeerId): Promise<void> {
  await page.locator('.log-cells').focus();
  await page.keyboard.press('ArrowRight');
  for (let row = 0; row < IDS.length; row += 1) await page.keyboard.press('ArrowUp');
  for (let row = 0; row < IDS.indexOf(peer); row += 1) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
}

/** Moves it to a certain entry. */
async function goTo(page: Page, peer: PeerId, index: number): Promise<void> {
  await goToEndOf(page, peer);
  const at = (): Promise<string> => page.locator('#log-cell').innerText();
  await until(async () => (await at()).startsWith(`${peer}, index`), { ...wait, what: 'the cursor is in the row' });
  const end = Number(/index (\d+)/.exec(await at())?.[1]);
  for (let left = end; left > index; left -= 1) await page.keyboard.press('ArrowLeft');
}

t.test('the log and why, of a real cluster', { skip: skipWithoutBrowser }, async (t) => {
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
  const browser = await launchBrowser(t);
  const { page, hosts, troubles } = await openPage(t, browser, `${relay.url}/#demo`);
  const words = page.locator('#log-cell');
  const why = page.locator('.why');
  await page.locator('.headline h2', { hasText: 'leads term' }).waitFor();

  await t.test('opens by its letter, and draws every log', async (t) => {
    t.equal((await call(relay, 'PUT', '/kv/colour', { value: 'green' })).status, 200);
    await page.keyboard.press('o');
    await page.locator('.log-names li').nth(4).waitFor();
    await until(async () => (await drawnIn(page)) > 5, { ...wait, what: 'something is drawn' });
    const painted = await page.evaluate<number>(
      `(() => {
        const canvas = document.querySelector('.log-cells canvas');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return new Set(new Uint32Array(data.buffer)).size;
      })()`,
    );
    t.ok(painted > 5, `${painted} colours`);
  });

  const { leader: old } = await clusterOf(relay);
  if (old === null) throw new Error('a leader is expected');
  const oldIn = ({ peers }: ClusterView): PeerView | undefined => peers.find(({ id }) => id === old);
  let lost: Promise<Response> | undefined;
  let entry = { index: 0, term: 0 };
  let heir: PeerId | null = null;

  await t.test('a put to a leader that is cut off: its entry is not committed, and the page says why', async (t) => {
    const rest = IDS.filter((id) => id !== old);
    t.equal((await call(relay, 'PUT', '/partition', { groups: [[old, 'http'], rest] })).status, 200);
    lost = call(relay, 'PUT', '/kv/colour', { value: 'red' });
    const view = await until(
      async () => {
        const view = await clusterOf(relay);
        const status = oldIn(view)?.status;
        const isWaiting = status != null && status.lastLogIndex > status.commitIndex;
        return isWaiting && view.leader !== old && view.leader !== null && view;
      },
      { ...wait, what: 'the entry waits, and another leads' },
    );
    heir = view.leader;
    const status = oldIn(view)?.status;
    entry = { index: (status?.commitIndex ?? 0) + 1, term: status?.term ?? 0 };
    await goTo(page, old, entry.index);
    await words
      .filter({ hasText: `${old}, index ${entry.index}: term ${entry.term}, not committed, durable, differs` })
      .waitFor();
    await page.keyboard.press('Enter');
    await why.locator('h2', { hasText: `Why is entry ${entry.index} of ${old} not committed?` }).waitFor();
    const answer = await why.locator('.why-answer').innerText();
    t.match(answer, new RegExp(`its leader ${old} knows it is on ${old} only, and that takes 3 of 5 voters`));
    const reasons = await why.locator('.why-reasons').first().innerText();
    t.match(reasons, new RegExp(`partition ${old} \\| ${rest.join(' ')} lets nothing pass`));
    t.match(
      reasons,
      new RegExp(`${heir} leads term \\d+ already, and ${old} in term ${entry.term} has not heard of it`),
    );
    t.match(reasons, /paper 5\.3/);
    await why.locator('summary', { hasText: 'Log replication' }).first().click();
    await why.locator('details[open]', { hasText: 'on a majority of the voters' }).waitFor();
    await why
      .getByRole('button', { name: `${old} at ${entry.index}` })
      .first()
      .click();
    await words.filter({ hasText: `${old}, index ${entry.index}` }).waitFor();
    t.equal(await why.locator('.why-answer').count(), 1, 'the answer stays while its evidence is looked at');
    await why.getByRole('button', { name: `Why can ${old} commit nothing?` }).click();
    await why.locator('.why-answer', { hasText: 'believes that it leads' }).waitFor();
  });

  await t.test('without violations for axe, on a phone in the dark too', async (t) => {
    t.strictSame(await accessibilityProblems(page), []);
    const phone = await openPage(t, browser, `${relay.url}/#demo`, { width: 390, height: 844, colorScheme: 'dark' });
    const tab = (name: string) => phone.page.getByRole('button', { name, exact: true });
    await tab('Log').click();
    await until(async () => (await drawnIn(phone.page)) > 5, { ...wait, what: 'the phone draws' });
    t.equal(await phone.page.evaluate('document.documentElement.scrollWidth'), 390);
    t.strictSame(await accessibilityProblems(phone.page), []);
    await goTo(phone.page, old, entry.index);
    await phone.page.getByRole('button', { name: 'Why is it not committed?' }).click();
    await phone.page.locator('.why-answer', { hasText: `${old}'s entry ${entry.index}` }).waitFor();
    t.equal(await phone.page.locator('.log').isVisible(), false, 'a phone shows the answer alone');
    t.equal(await phone.page.evaluate('document.documentElement.scrollWidth'), 390);
    t.strictSame(await accessibilityProblems(phone.page), []);
    t.strictSame(phone.troubles, []);
  });

  await t.test('healed: the conflict goes, and the page says where the entry is', async (t) => {
    t.equal((await call(relay, 'POST', '/heal')).status, 200);
    // It may have tried again: then there are several, and the newest is asked about.
    await why.getByRole('button', { name: new RegExp(`Where is entry \\d+ of term ${entry.term}\\?`) }).click();
    const gone = `of term ${entry.term} was never committed, and ${old} gave it up for the log of ${heir}.`;
    await why.locator('.why-answer', { hasText: gone }).waitFor();
    t.match(await why.innerText(), /OUTCOME_UNKNOWN/);
    await why.getByRole('button', { name: `Why did ${old} step down?` }).click();
    await why.locator('.why-answer', { hasText: 'it saw the higher term' }).waitFor();
    await goToEndOf(page, old);
    await words.filter({ hasText: new RegExp(`${old}, index \\d+: term \\d+, committed, applied, durable`) }).waitFor();
    t.notMatch(await words.innerText(), 'differs');
    // Its client goes on asking until its time is over: whom it reaches after the healing takes it, and may be too late to say so.
    const answer = await lost;
    const told = (await answer?.json()) as { readonly definite?: boolean } | undefined;
    const legal = answer?.status === 200 ? ['red'] : told?.definite === false ? ['red', 'green'] : ['green'];
    const { value } = (await (await call(relay, 'GET', '/kv/colour')).json()) as { value: string };
    t.ok(legal.includes(value), `${value}, after ${answer?.status} ${JSON.stringify(told)}`);
  });

  await t.test('the cluster has no leader: why', async (t) => {
    const groups = [IDS.slice(0, 2), IDS.slice(2, 4), IDS.slice(4)];
    t.equal((await call(relay, 'PUT', '/partition', { groups })).status, 200);
    const { leader } = await clusterOf(relay);
    if (leader === null) throw new Error('it goes on believing, since CheckQuorum is off');
    await peers[IDS.indexOf(leader)]?.stop();
    await why.getByRole('button', { name: 'Why is there no leader?' }).click();
    await why.locator('.why-answer', { hasText: /Nobody can lead: that takes the votes of 3 of 5 voters/ }).waitFor();
    t.match(await why.innerText(), 'lets nothing pass from one side to the other');
  });

  t.strictSame([...hosts], [new URL(relay.url).host], 'no request went to any other host');
  t.strictSame(troubles, []);
});

const ENTRIES = 100_000;

/** A log of so many entries, of as many terms as a status tells at the most. */
function longLog(entries: number): Partial<Status> {
  const terms = Array.from({ length: 32 }, (_, at) => ({
    term: at + 1,
    firstIndex: 1 + Math.floor((at * ENTRIES) / 32),
  }));
  return {
    ...{ terms, lastLogIndex: entries, lastLogTerm: 32, durableIndex: entries },
    ...{ commitIndex: entries - 3, lastApplied: entries - 3 },
  };
}

t.test('100,000 entries are drawn as what is seen of them', { skip: skipWithoutBrowser }, async (t) => {
  const relay = await listenRelay({ host: '127.0.0.1', port: 0, dashboardDirectory: BUILT_PAGE });
  t.teardown(() => relay.close());
  const puppets = await Promise.all(IDS.map((id) => PuppetPeer.connect(relay.url, clusterId('demo'), id)));
  t.teardown(() => puppets.forEach((puppet) => puppet.stop()));
  const [p1 = null] = IDS;
  const tell = (entries: number): void =>
    puppets.forEach((puppet, at) =>
      puppet.tell(
        at === 0 ? leaderStatus(32, { leader: p1, ...longLog(entries) }) : followerStatus(32, p1, longLog(entries)),
      ),
    );
  tell(ENTRIES);
  const { page, troubles } = await openPage(t, await launchBrowser(t), `${relay.url}/#demo`, {
    width: 1920,
    height: 1080,
  });
  await page.locator('.headline h2', { hasText: 'p1 leads term 32' }).waitFor();
  await page.keyboard.press('o');
  const seen = page.locator('.log-seen');
  const cells = page.locator('.log-cells');
  /** As many cells of the least width as fit into five rows, and half as much again for texts and marks. */
  const MOST = 5 * (1900 / 7) * 1.5;

  await t.test('it follows the newest', async (t) => {
    await seen.filter({ hasText: `to ${ENTRIES} of ${ENTRIES}` }).waitFor();
    tell(ENTRIES + 40);
    await seen.filter({ hasText: `to ${ENTRIES + 40} of ${ENTRIES + 40}` }).waitFor();
    const drawn = await drawnIn(page);
    t.ok(drawn > 100 && drawn < MOST, `${drawn} things`);
  });

  await t.test('from a cell to the whole log, by keys, wheel and slider, no scale draws more than fits', async (t) => {
    const most: number[] = [];
    await cells.focus();
    let text = '';
    // Ends when the whole log is seen, where smaller is no more possible.
    while (text !== (await seen.innerText())) {
      text = await seen.innerText();
      await page.keyboard.press('-');
      await page.keyboard.press('-');
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
      most.push(await drawnIn(page));
    }
    t.equal(text, `1 to ${ENTRIES + 40} of ${ENTRIES + 40}`);
    t.ok(most.length > 8, `${most.length} scales`);
    t.ok(Math.max(...most) < MOST, `${Math.max(...most)} things at the most`);
    t.ok((most.at(-1) ?? Infinity) < 5 * 32 * 2 + 60, `${most.at(-1)} for the whole log`);
    const box = await cells.boundingBox();
    if (box === null) throw new Error('the cells have a place');
    await page.mouse.move(box.x + box.width / 2, box.y + 60);
    await page.mouse.wheel(0, -3000);
    await seen.filter({ hasText: /^(?!1 to )/ }).waitFor();
    t.match(await page.locator('.log-follow').getAttribute('aria-pressed'), 'false', 'no longer at the end');
    await page.getByRole('slider', { name: 'Zoom' }).fill('200');
    await page.mouse.click(box.x + 200, box.y + 60);
    await page.locator('#log-cell', { hasText: /^p1, index \d+: term \d+, committed/ }).waitFor();
    await page.locator('.log-follow').click();
    await seen.filter({ hasText: `to ${ENTRIES + 40} of` }).waitFor();
  });

  await t.test('nothing is painted while nothing changes', async (t) => {
    await page.evaluate(`(() => {
      const { prototype } = CanvasRenderingContext2D;
      const clear = prototype.clearRect;
      window.paintings = 0;
      prototype.clearRect = function (...box) {
        if (this.canvas.closest('.log-cells') !== null) window.paintings += 1;
        return clear.apply(this, box);
      };
    })()`);
    const paintings = (frames: number): Promise<number> =>
      page.evaluate<number>(`(async () => {
        const before = window.paintings;
        for (let frame = 0; frame < ${frames}; frame += 1) await new Promise((done) => requestAnimationFrame(done));
        return window.paintings - before;
      })()`);
    const count = await paintings(30);
    t.ok(count <= 1, `${count} repaints in 30 frames`);
    await page.locator('.log-cells').press('-');
    await until(async () => (await page.evaluate<number>('window.paintings')) > count, {
      ...{ withinMs: 20_000, what: 'a repaint, once something changes' },
    });
  });
  t.strictSame(await accessibilityProblems(page), []);
  t.strictSame(troubles, []);
});
