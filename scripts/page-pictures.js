// node scripts/page-pictures.js [DIRECTORY]
//
// Takes the pictures of the page for docs/images (or DIRECTORY): a cluster in this process is cut in two, written to on both sides and
// healed, while chromium looks. Needs `npm run build` before.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { DIST, ROOT } from './sources.js';

/** @param {string} path */
const built = (path) => import(pathToFileURL(join(DIST, path)).href);

const directory = process.argv[2] ?? join(ROOT, 'docs/images');
const IDS = ['p1', 'p2', 'p3', 'p4', 'p5'];
/** A leader that is cut off goes on believing, so that there are two to be seen. */
const ELECTION = { electionTimeoutMsMin: 600, electionTimeoutMsMax: 1000, checkQuorum: false };
/** So that each is under 120 kB. */
const QUALITY = 78;
const WITHIN_MS = 20_000;

if (!existsSync(DIST)) throw new Error('nothing is built: npm run build');
mkdirSync(directory, { recursive: true });
const { listenRelay } = await built('server/listen.js');
const { Peer } = await built('peer/Peer.js');
const { KeyValueMachine } = await built('peer/machine/keyValue/KeyValueMachine.js');
const { CHROMIUM, CHROMIUM_ARGS } = await built('bench/support/chromium.js');
if (CHROMIUM === undefined) throw new Error('no chromium here: install it, or name one in WHITEWATER_CHROMIUM');

const relay = await listenRelay({ host: '127.0.0.1', port: 0 });
const peers = await Promise.all(
  IDS.map((id) =>
    Peer.start({
      ...{ cluster: 'demo', id, relay: relay.url, voters: IDS, election: ELECTION },
      machine: new KeyValueMachine(),
    }),
  ),
);
const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...CHROMIUM_ARGS] });
try {
  await takeAll();
} finally {
  await browser.close();
  await Promise.all(peers.map((peer) => peer.stop()));
  await relay.close();
}

async function takeAll() {
  const page = await open({ width: 1140, height: 780 });
  const phone = await open({ width: 390, height: 844 });
  for (let number = 1; number <= 6; number += 1) await call('PUT', '/kv/colour', { value: `green ${number}` });
  const { leader: old } = await clusterView();
  const rest = IDS.filter((id) => id !== old);
  const partner = rest[0];
  await call('PUT', '/partition', { groups: [[old, partner, 'http'], rest.slice(1)] });
  // Nobody answers it: it is the entry that will be lost.
  void call('PUT', '/kv/colour', { value: 'red' });
  await until('another leads', async () => {
    const { leader } = await clusterView();
    return leader !== null && leader !== old;
  });
  await page.keyboard.press('w');
  await after(1500);
  await take(page, 'page');
  await page.keyboard.press('o');
  await after(800);
  await takePart(page, '.log', 'page-log');
  await phone.locator('.peer').nth(4).waitFor();
  await take(phone, 'page-phone');
  await call('POST', '/heal');
  await until('all follow one', async () => (await clusterView()).leader !== null);
  await after(2000);
  await page.keyboard.press('m');
  const elected = page.locator('.events li', { hasText: /leads in term [2-9]/ }).last();
  await elected.locator('.event-time').click();
  await page.getByRole('button', { name: 'Diagram of the last 2 s' }).click();
  for (const name of ['Later', 'Shorter', 'Shorter']) await page.getByRole('button', { name, exact: true }).click();
  await page.locator('.space-time svg .diagram-line').nth(5).waitFor({ state: 'attached' });
  await page.locator('.space-time-room').focus();
  await page.keyboard.press('Home');
  await until('a vote is selected', async () => {
    await page.keyboard.press('ArrowRight');
    return /^RequestVoteReply: yes/.test(await page.locator('#line-words').innerText());
  });
  await after(500);
  await takePart(page, '.lanes', 'page-lanes');
  await takePart(page, '.space-time', 'page-space-time');
  await phone.getByRole('button', { name: 'More', exact: true }).click();
  await phone.getByRole('button', { name: 'Judge', exact: true }).click();
  await after(1200);
  await take(phone, 'page-judge');
}

/** @param {{ width: number, height: number }} viewport */
async function open(viewport) {
  const context = await browser.newContext({ viewport, colorScheme: 'light' });
  context.setDefaultTimeout(WITHIN_MS);
  const page = await context.newPage();
  await page.goto(`${relay.url}/#demo`);
  await page.locator('.headline h2', { hasText: 'leads term' }).waitFor();
  return page;
}

/** @param {import('playwright-core').Page} page @param {string} name */
async function take(page, name) {
  await page.screenshot({ path: join(directory, `${name}.jpg`), type: 'jpeg', quality: QUALITY });
}

/**
 * @param {import('playwright-core').Page} page
 * @param {string} part
 * @param {string} name
 */
async function takePart(page, part, name) {
  // What stays in sight at the foot would lie over it.
  await page.evaluate("document.querySelector('.time-bar').style.position = 'static'");
  await page.locator(part).screenshot({ path: join(directory, `${name}.jpg`), type: 'jpeg', quality: QUALITY });
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 */
function call(method, path, body) {
  const json =
    body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  return fetch(`${relay.url}/api/clusters/demo${path}`, { method, ...json });
}

/** @returns {Promise<{ leader: string | null }>} */
async function clusterView() {
  return /** @type {{ leader: string | null }} */ (await (await call('GET', '')).json());
}

/** @param {string} what @param {() => Promise<boolean>} holds */
async function until(what, holds) {
  const deadlineMs = performance.now() + WITHIN_MS;
  while (!(await holds())) {
    if (performance.now() > deadlineMs) throw new Error(`waited in vain: ${what}`);
    await after(50);
  }
}
