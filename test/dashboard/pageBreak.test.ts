import type { Page } from 'playwright-core';
import t from 'tap';
import { KeyValueMachine } from '../../peer/machine/keyValue/KeyValueMachine.ts';
import { Peer } from '../../peer/Peer.ts';
import { type ListeningRelay, listenRelay } from '../../server/listen.ts';
import type { ClusterView } from '../../shared/http/ClusterView.ts';
import type { NetworkView } from '../../shared/http/Network.ts';
import type { Point } from '../../server/dashboard/src/geometry/ring.ts';
import { FakeOwner } from '../support/FakeOwner.ts';
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
/** Long enough that a busy machine does not depose leaders. */
const PATIENT = { electionTimeoutMsMin: 1000, electionTimeoutMsMax: 1600 };

async function read<Answer>(relay: ListeningRelay, path = ''): Promise<Answer> {
  return (await (await fetch(`${relay.url}/api/clusters/demo${path}`)).json()) as Answer;
}

/** The groups in force, each with its peers in order, until they are as they should be. */
async function groupsAre(relay: ListeningRelay, text: string): Promise<void> {
  await until(
    async () => {
      const { partition } = await read<ClusterView>(relay);
      const groups = partition?.groups.map((group) => group.toSorted().join(' ')).sort() ?? [];
      return groups.join(' | ') === text;
    },
    { ...wait, what: `groups ${text === '' ? 'none' : text}` },
  );
}

async function rulesAre(relay: ListeningRelay, expected: Record<string, unknown>): Promise<void> {
  await until(
    async () => {
      const { rules } = await read<NetworkView>(relay, '/network');
      return (
        JSON.stringify(Object.fromEntries(rules.map(({ name, rule }) => [name, rule]))) === JSON.stringify(expected)
      );
    },
    { ...wait, what: `rules ${JSON.stringify(expected)}` },
  );
}

async function middleOf(page: Page, id: string): Promise<Point> {
  const box = await page.locator(`.peer[data-peer=${id}] .body`).boundingBox();
  if (box === null) throw new Error(`${id} is not to be seen`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Peers glide to their places. */
async function still(page: Page): Promise<void> {
  let before = '';
  await until(
    async () => {
      const places = await Promise.all(IDS.map((id) => middleOf(page, id)));
      const isStill = JSON.stringify(places) === before;
      before = JSON.stringify(places);
      return isStill;
    },
    { ...wait, what: 'the ring stands still' },
  );
}

/** A way around two neighbours, wide enough to hold their middles and nobody else's. */
function around([one, other]: readonly [Point, Point]): Point[] {
  const [left, right] = [Math.min(one.x, other.x) - 30, Math.max(one.x, other.x) + 30];
  const [top, bottom] = [Math.min(one.y, other.y) - 30, Math.max(one.y, other.y) + 30];
  return [
    { x: left, y: top - 40 },
    { x: right, y: top - 40 },
    { x: right, y: bottom },
    { x: left, y: bottom },
    { x: left, y: top - 30 },
  ];
}

async function drag(page: Page, way: readonly Point[]): Promise<void> {
  const [from, ...rest] = way;
  if (from === undefined) return;
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  for (const { x, y } of rest) await page.mouse.move(x, y, { steps: 6 });
}

t.test('broken by hand', { skip: skipWithoutBrowser }, async (t) => {
  const owner = new FakeOwner();
  const relay = await listenRelay({ port: 0, dashboardDirectory: BUILT_PAGE, processes: owner });
  t.teardown(() => relay.close());
  const peers = await Promise.all(
    IDS.map((id) =>
      Peer.start({
        ...{ cluster: 'demo', id, relay: relay.url, voters: IDS, election: PATIENT },
        machine: new KeyValueMachine(),
      }),
    ),
  );
  t.teardown(() => Promise.all(peers.map((peer) => peer.stop())).then(() => undefined));
  const browser = await launchBrowser(t);
  const { page, troubles, hosts } = await openPage(t, browser, relay.url, {
    colorScheme: 'dark',
    height: 900,
    reducedMotion: 'reduce',
  });
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
  const unfold = (part: string) => page.locator('.part:not([open]) summary', { hasText: part }).click();
  const commands = () => page.locator('.shell code').first().innerText();
  await page.locator('.headline h2', { hasText: 'leads term' }).waitFor();

  await t.test('a lasso: what it holds lights up with its command, and is cut on release', async (t) => {
    await still(page);
    const [p3, p4] = [await middleOf(page, 'p3'), await middleOf(page, 'p4')];
    await drag(page, around([p3, p4]));
    await page.locator('.group-badge[data-draft=true]').nth(1).waitFor();
    t.strictSame(await page.locator('.group-badge text').allTextContents(), ['A', 'A', 'B', 'B', 'A']);
    t.match(await commands(), 'npx whitewater partition "p1,p2,p5|p3,p4"');
    t.equal((await read<ClusterView>(relay)).partition, null, 'nothing is done yet');
    await page.keyboard.press('Escape');
    await page.mouse.up();
    t.equal(await page.locator('.group-badge').count(), 0, 'Esc gives it up');
    await drag(page, around([p3, p4]));
    await page.mouse.up();
    await groupsAre(relay, 'p1 p2 p5 | p3 p4');
    t.equal(await page.locator('.details').count(), 0, 'and the click that ended it selected nothing');
  });

  await t.test('a peer is dragged away, and onto others', async (t) => {
    await page.locator('.island').nth(1).waitFor();
    await still(page);
    const p5 = await middleOf(page, 'p5');
    await drag(page, [p5, { x: p5.x - 30, y: p5.y - 130 }]);
    await page.mouse.up();
    await groupsAre(relay, 'p1 p2 | p3 p4 | p5');
    await page.locator('.island').nth(2).waitFor();
    await still(page);
    await drag(page, [await middleOf(page, 'p5'), await middleOf(page, 'p4')]);
    await page.mouse.up();
    await groupsAre(relay, 'p1 p2 | p3 p4 p5');
    t.pass();
  });

  await t.test('each is undone by one U, and done again', async (t) => {
    await page.keyboard.press('u');
    await groupsAre(relay, 'p1 p2 | p3 p4 | p5');
    await page.keyboard.press('u');
    await groupsAre(relay, 'p1 p2 p5 | p3 p4');
    await page.keyboard.press('Shift+U');
    await groupsAre(relay, 'p1 p2 | p3 p4 | p5');
    await button('Undo').click();
    await groupsAre(relay, 'p1 p2 p5 | p3 p4');
    await button('Undo').click();
    await groupsAre(relay, '');
    await until(() => button('Undo').isDisabled(), { ...wait, what: 'nothing is left to undo' });
    t.pass();
  });

  await t.test('scissors cut one direction, which stays to be seen', async (t) => {
    await still(page);
    await button('Scissors').click();
    const [p1, p3] = [await middleOf(page, 'p1'), await middleOf(page, 'p3')];
    const along = { x: p3.x - p1.x, y: p3.y - p1.y };
    const length = Math.hypot(along.x, along.y);
    // A little to the right of the way from p1 to p3: where that direction bows.
    const at = {
      x: p1.x + along.x / 2 - (along.y / length) * 12,
      y: p1.y + along.y / 2 + (along.x / length) * 12,
    };
    await page.mouse.move(at.x, at.y, { steps: 4 });
    const told = page.locator('.shell-what', { hasText: /^Cut p[13] to p[13]$/ });
    const [, from = '', to = ''] = /^Cut (p\d) to (p\d)$/.exec(await told.innerText()) ?? [];
    t.match(await commands(), `npx whitewater link ${from} ${to} --drop 1`);
    await page.mouse.click(at.x, at.y);
    await rulesAre(relay, { [`${from}-${to}`]: { from, to, drop: 1 } });
    await page.locator('.ruled-out').waitFor({ state: 'attached' });
    await page.keyboard.press('Escape');
    t.equal(await button('Scissors').getAttribute('aria-pressed'), 'false');
    await page.keyboard.press('u');
    await rulesAre(relay, {});
    await page.locator('.ruled-out').waitFor({ state: 'detached' });
  });

  await t.test('by keyboard alone: a group, scissors, a timer, the undoing', async (t) => {
    await page.keyboard.press('2');
    await page.keyboard.press('g');
    await page.keyboard.press('b');
    await page.keyboard.press('4');
    await page.keyboard.press('g');
    await page.keyboard.press('b');
    await page.keyboard.press('Control+Enter');
    await groupsAre(relay, 'p1 p3 p5 | p2 p4');
    await page.keyboard.press('u');
    await groupsAre(relay, '');
    await page.keyboard.press('x');
    await page.keyboard.press('5');
    await rulesAre(relay, { 'p4-p5': { from: 'p4', to: 'p5', drop: 1 } });
    await page.keyboard.press('1');
    await page.keyboard.press('Shift+X');
    await page.keyboard.press('2');
    await rulesAre(relay, {
      'p4-p5': { from: 'p4', to: 'p5', drop: 1 },
      'p1-p2': { from: 'p1', to: 'p2', drop: 1, both: true },
    });
    await page.keyboard.press('h');
    await rulesAre(relay, {});
    await page.keyboard.press('u');
    await until(async () => (await read<NetworkView>(relay, '/network')).rules.length === 2, {
      ...wait,
      what: 'healing is undone',
    });
    await page.keyboard.press('h');
    await rulesAre(relay, {});
    for (const key of ['z', 'z', 'k', 's']) {
      const asked = owner.asked.length;
      await page.keyboard.press(key);
      await until(() => owner.asked.length > asked, { ...wait, what: key });
      await page.locator('.shell .done').waitFor();
      // What the key means next depends on the state that the feed tells.
      const { processes } = await read<ClusterView>(relay);
      const state = processes?.processes.find(({ id }) => id === 'p1')?.state ?? '';
      await page.keyboard.press('b');
      await page.keyboard.press('d');
      await page.locator('.peer-controls', { hasText: `Its process is ${state}` }).waitFor();
    }
    t.strictSame(owner.asked, [
      ['p1', 'pause'],
      ['p1', 'resume'],
      ['p1', 'kill'],
      ['p1', 'start'],
    ]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('b');
  });

  await t.test('a slider: one deed from touch to release', async (t) => {
    if ((await page.locator('.controls').count()) === 0) await button('Break it').click();
    await unfold('Links and faults');
    const lost = page.getByRole('slider', { name: 'Lost' });
    const box = await lost.boundingBox();
    if (box === null) throw new Error('no slider');
    await page.mouse.move(box.x + 6, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 5 });
    await page.mouse.up();
    await page.locator('.rule-list', { hasText: 'all-all' }).waitFor();
    const { rules } = await read<NetworkView>(relay, '/network');
    const [{ rule } = { rule: null }] = rules;
    t.match(rule, { from: '*', to: '*' });
    t.ok(typeof rule?.drop === 'number' && rule.drop > 0.3 && rule.drop < 0.7, `about a half: ${JSON.stringify(rule)}`);
    t.strictSame(await accessibilityProblems(page), []);
    await button('Undo').click();
    await rulesAre(relay, {});
  });

  await t.test('kinds of network, shapes by name, and that others may change it too', async (t) => {
    await button('wan').click();
    await page.locator('.fact.is-cut', { hasText: 'network wan' }).waitFor();
    await fetch(`${relay.url}/api/clusters/demo/rules/theirs`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ from: 'p1', to: 'p2', drop: 0.1 }),
    });
    await page.locator('.rule-list', { hasText: 'theirs' }).waitFor();
    await button('Undo').click();
    await page.getByRole('alert').filter({ hasText: 'was changed since' }).waitFor();
    t.equal((await read<NetworkView>(relay, '/network')).profile.name, 'wan', 'nothing is undone unasked');
    await button('Undo all the same').click();
    await page.locator('.undo-trouble').waitFor({ state: 'detached' });
    await rulesAre(relay, {});
    await page.getByRole('combobox', { name: 'Shape' }).selectOption('ring');
    await button('Cut so').click();
    await page.locator('.fact.is-cut', { hasText: 'partitioned (ring)' }).waitFor();
    await button('End it').click();
    await page.locator('.fact', { hasText: 'network whole' }).waitFor();
    await button('Heal').click();
  });

  await t.test('members and settings ask once; a leader hands over', async (t) => {
    await unfold('Members');
    await page.locator('.headline h2', { hasText: 'leads term' }).waitFor();
    const { leader } = await read<ClusterView>(relay);
    const other = leader === 'p2' ? 'p3' : 'p2';
    await page
      .getByRole('listitem')
      .filter({ hasText: `${other} voter` })
      .getByRole('button', { name: 'Remove' })
      .click();
    t.strictSame(await accessibilityProblems(page), []);
    await button(`Remove ${other}?`).click();
    await page
      .getByRole('listitem')
      .filter({ hasText: `${other} not a member` })
      .waitFor();
    await button('Undo').click();
    await page
      .getByRole('listitem')
      .filter({ hasText: `${other} voter` })
      .waitFor();
    await unfold("Raft's options");
    await page.getByRole('checkbox', { name: /^CheckQuorum/ }).uncheck();
    await button('Restart the peers so').click();
    await button('Restart all peers?').click();
    await page.locator('.part-says', { hasText: 'PreVote, no CheckQuorum' }).waitFor();
    await button('Slow motion').click();
    await rulesAre(relay, { 'slow-motion': { from: 'peer', to: 'peer', delay: '400ms' } });
    t.equal(owner.view.settings?.heartbeatMs, 500);
    await button('Full speed').click();
    await rulesAre(relay, {});
    t.equal(owner.view.settings?.heartbeatMs, 100);
    await unfold('Peers and processes');
    await page.locator('.headline h2', { hasText: 'leads term' }).waitFor();
    await page.getByRole('group', { name: 'Which peer' }).getByRole('button', { name: 'p5' }).click();
    if ((await read<ClusterView>(relay)).leader !== 'p5') await button('Let it lead').click();
    await page.locator('.headline h2', { hasText: 'p5 leads' }).waitFor();
  });

  await t.test('the console: yes, no for certain, and what undoing a write does', async (t) => {
    await page.keyboard.press('c');
    const newest = page.locator('.asked li').first();
    const asks = async (name: string, words: RegExp): Promise<void> => {
      await button(name).click();
      await newest.filter({ hasText: words }).waitFor();
    };
    await asks('Get', /get colour\s*no, certainly: KEY_UNKNOWN/);
    await asks('Put', /put colour blue\s*yes: revision 1/);
    t.match(await commands(), 'npx whitewater put colour blue');
    await page.getByLabel('Value').fill("it's $5");
    await asks('Cas', /cas colour it's \$5 at revision 1\s*yes: revision 2/);
    t.match(await commands(), `npx whitewater cas colour 'it'\\''s $5' --revision 1`);
    await asks('Append', /append[^]*yes: revision 3/);
    await page.getByLabel('Revision, for cas').fill('1');
    await asks('Cas', /no, certainly: REVISION_DIFFERS/);
    await asks('List', /yes: colour = "it's \$5it's \$5"/);
    t.strictSame(await accessibilityProblems(page), []);
    await page.keyboard.press('Escape');
    await page.locator('#console-title').click();
    await page.keyboard.press('u');
    await until(async () => (await read<{ value?: string }>(relay, '/kv/colour')).value === "it's $5", {
      ...wait,
      what: 'the old value is written again',
    });
    await asks('Delete', /delete colour\s*yes: it is gone/);
    await page.keyboard.press('u');
    await until(async () => (await read<{ value?: string }>(relay, '/kv/colour')).value === "it's $5", {
      ...wait,
      what: 'a deletion is undone',
    });
    await page.getByLabel('Reads at').selectOption('p2');
    await asks('Get', /get colour as p2 sees it\s*yes/);
  });

  await t.test('on a phone, by touch: a long press begins the lasso; axe in the light', async (t) => {
    const phone = await openPage(t, browser, relay.url, { width: 390, height: 780, colorScheme: 'light' });
    const touch = await phone.page.context().newCDPSession(phone.page);
    await phone.page.locator('.peer').nth(4).waitFor();
    await still(phone.page);
    const [p3, p4] = [await middleOf(phone.page, 'p3'), await middleOf(phone.page, 'p4')];
    const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: readonly Point[]) =>
      touch.send('Input.dispatchTouchEvent', { type, touchPoints: [...points] });
    const [from, ...way] = around([p3, p4]);
    await send('touchStart', from === undefined ? [] : [from]);
    await phone.page.locator('.lasso').waitFor({ state: 'attached' });
    for (const to of way) await send('touchMove', [to]);
    await send('touchEnd', []);
    await groupsAre(relay, 'p1 p2 p5 | p3 p4');
    t.equal(await phone.page.evaluate('window.scrollY'), 0, 'it did not scroll');
    await phone.page.getByRole('button', { name: 'More' }).click();
    await phone.page.getByRole('button', { name: 'Break it' }).click();
    await phone.page.getByRole('button', { name: 'Undo', exact: true }).click();
    await groupsAre(relay, '');
    t.equal(await phone.page.evaluate('document.documentElement.scrollWidth'), 390, 'nothing sticks out');
    t.strictSame(await accessibilityProblems(phone.page), []);
    t.strictSame(phone.troubles, []);
  });

  t.strictSame([...hosts], [new URL(relay.url).host]);
  t.strictSame(troubles, []);
});
