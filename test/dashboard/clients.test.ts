import t from 'tap';
import { listenRelay } from '../../server/listen.ts';
import { reachOf } from '../../server/dashboard/src/model/groups.ts';
import { headlineOf } from '../../server/dashboard/src/model/headline.ts';
import { reduce } from '../../server/dashboard/src/model/reduce.ts';
import { clusterId, peerId } from '../../shared/ids.ts';
import { accessibilityProblems, BUILT_PAGE, launchBrowser, openPage, skipWithoutBrowser } from './support/browser.ts';
import { PuppetPeer } from './support/PuppetPeer.ts';
import { deltaOf, snapshotOf, viewOf } from './support/views.ts';

const [p1, p2, http] = [peerId('p1'), peerId('p2'), peerId('http')];
const client = viewOf(http, null, { kind: 'client' });

t.test('clients stand apart from peers, from the first message and in later ones', async (t) => {
  const picture = reduce(null, snapshotOf([client, viewOf(p1, null)]), 0);
  t.same(
    picture?.peers.map(({ view }) => view.id),
    ['p1'],
  );
  t.same(
    picture?.clients.map(({ view }) => view.id),
    ['http'],
  );
  const later = reduce(picture, deltaOf({ peers: [viewOf(http, null), viewOf(p2, null, { kind: 'client' })] }), 1);
  t.same(
    later?.peers.map(({ view }) => view.id),
    ['http', 'p1'],
    'a peer that takes the name of a client is a peer',
  );
  t.same(
    later?.clients.map(({ view }) => view.id),
    ['p2'],
  );
});

t.test('a client that is connected is no peer that is', async (t) => {
  const picture = reduce(null, snapshotOf([client, viewOf(p1, null, { connected: false })]), 0);
  if (picture === null) throw new Error('no picture');
  t.equal(headlineOf(picture).detail, 'no peer is connected');
});

t.test('whom a client reaches', async (t) => {
  const peers = [p1, p2];
  t.same(reachOf(null, http, peers), peers);
  t.same(reachOf({ groups: [[p1], [p2]] }, http, peers), peers, 'nobody named it');
  t.same(reachOf({ groups: [[p1, http], [p2]] }, http, peers), [p1]);
  t.same(reachOf({ groups: [[http], [p1, p2]] }, http, peers), []);
});

t.test('the page shows clients in a table of their own', { skip: skipWithoutBrowser }, async (t) => {
  const browser = await launchBrowser(t);
  const relay = await listenRelay({ port: 0, dashboardDirectory: BUILT_PAGE });
  t.teardown(() => relay.close());
  const puppet = await PuppetPeer.connect(relay.url, clusterId('demo'), p1);
  t.teardown(() => puppet.stop());
  const { page } = await openPage(t, browser, relay.url);
  await page.locator('.peer[data-peer=p1]').waitFor();
  t.equal(await page.locator('.clients').count(), 0, 'no table while there is nobody');
  await fetch(`${relay.url}/api/clusters/demo/kv/a?timeoutMs=50`);
  const row = page.locator('.clients tbody tr');
  await row.filter({ hasText: 'http' }).waitFor();
  t.match(await row.innerText(), /http\s+connected\s+.*\s+all peers\s+Disconnect/);
  t.equal(await page.locator('.peer').count(), 1, 'the ring is of peers');
  t.equal(await page.locator('.peers tbody tr').count(), 1);
  t.strictSame(await accessibilityProblems(page), []);
  await row.getByRole('button', { name: 'Disconnect' }).click();
  await row.filter({ hasText: 'cut off for' }).waitFor();
});
