import type { Browser, Page } from 'playwright-core';
import t from 'tap';
import { Peer } from '../../peer/Peer.ts';
import { type ListeningRelay, listenRelay } from '../../server/listen.ts';
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

/** A relay with the page, and five real peers in this process. */
interface Running {
  relay: ListeningRelay;
  readonly browser: Browser;
}

async function clusterOf({ relay }: Running): Promise<ClusterView> {
  const response = await fetch(`${relay.url}/api/clusters/demo`);
  return (await response.json()) as ClusterView;
}

/** Long enough that a busy machine, where browser, relay and peers wait for each other, does not depose leaders. */
const PATIENT = { electionTimeoutMsMin: 1000, electionTimeoutMsMax: 1600 };

const wait = { withinMs: WITHIN_MS };

/** The leader that the relay, the headline and the one full crown in the ring agree about. */
async function agreedLeader(page: Page, running: Running): Promise<string> {
  return until(
    async () => {
      const { leader, term } = await clusterOf(running);
      const title = await page.locator('.headline h2').innerText();
      const crowned = await page.locator('.peer:has(.crown[data-kind=full]) .peer-id').allTextContents();
      return leader !== null && title === `${leader} leads term ${term}` && crowned.join() === leader && leader;
    },
    { ...wait, what: 'relay, headline and ring agree about a leader' },
  );
}

/** Once more if another peer was elected while the page was asked for it. */
async function leaderIntoMinority(
  page: Page,
  running: Running,
): Promise<{ readonly before: string; readonly partition: ClusterView['partition'] }> {
  for (;;) {
    const before = await agreedLeader(page, running);
    const { term } = await clusterOf(running);
    await page.getByRole('button', { name: 'Minority | majority' }).click();
    await page.locator('.fact.is-cut', { hasText: 'partitioned' }).waitFor();
    const view = await clusterOf(running);
    if (view.term === term) return { before, partition: view.partition };
    await page.getByRole('button', { name: 'Heal' }).click();
    await page.locator('.fact', { hasText: 'network whole' }).waitFor();
  }
}

t.test('the page and a real cluster', { skip: skipWithoutBrowser }, async (t) => {
  const options = { host: '127.0.0.1', dashboardDirectory: BUILT_PAGE };
  const running: Running = {
    relay: await listenRelay({ ...options, port: 0 }),
    browser: await launchBrowser(t),
  };
  t.teardown(() => running.relay.close());
  const peers = await Promise.all(
    IDS.map((id) => Peer.start({ cluster: 'demo', id, relay: running.relay.url, voters: IDS, election: PATIENT })),
  );
  t.teardown(() => Promise.all(peers.map((peer) => peer.stop())).then(() => undefined));
  const { page, hosts, troubles } = await openPage(t, running.browser, running.relay.url);
  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const rows = page.locator('.peers tbody tr');

  await t.test('shows five peers and one leader, in the ring and in the table', async (t) => {
    const leader = await agreedLeader(page, running);
    t.equal(await page.locator('.peer').count(), 5);
    t.equal(await rows.count(), 5);
    const leaders = await rows.filter({ has: page.locator('.crown[data-kind=full]') }).allInnerTexts();
    t.equal(leaders.length, 1);
    t.match(leaders[0], new RegExp(`^${leader}\\s`));
    // One sentence in two seconds: that nobody leads may have been the one before.
    const told = page.locator('.unseen[role=status]', { hasText: `${leader} leads term` });
    await told.waitFor({ state: 'attached' });
    t.equal(await page.locator('.connection').innerText(), 'live');
    await page.locator('.traffic').nth(7).waitFor({ state: 'attached' });
    t.ok((await page.locator('.traffic').count()) >= 8, 'frames pass between the leader and each follower, both ways');
    t.match(page.url(), /#demo$/, 'the address leads to the same cluster again');
  });

  await t.test('election timers run, and have a reason', async (t) => {
    const follower = page.locator('.figure[data-role=follower]').first();
    await follower.locator('.caption', { hasText: 'heard from leader' }).waitFor();
    const arc = follower.locator('.timer-arc');
    const shares = new Set<string | null>();
    await until(async () => shares.add(await arc.getAttribute('stroke-dasharray')).size > 3, {
      ...wait,
      what: 'the arc moves',
    });
    t.pass();
  });

  await t.test('without violations for axe', async (t) => {
    t.strictSame(await accessibilityProblems(page), []);
  });

  await t.test(
    'a button puts the leader into the minority: the page and the relay show it, and the commands',
    async (t) => {
      const { before, partition } = await leaderIntoMinority(page, running);
      t.match(
        partition?.groups.map(({ length }) => length),
        [2, 3],
      );
      t.ok(
        partition?.groups[0]?.some((id) => id === before),
        'the old leader is among the two',
      );
      t.equal(await page.locator('.island').count(), 2);
      const text = partition?.groups.map((group) => group.join(',')).join('|') ?? '';
      t.match(await page.locator('.shell code').allInnerTexts(), [
        `npx whitewater partition "${text}" --url ${running.relay.url}`,
        `-X PUT ${running.relay.url}/api/clusters/demo/partition`,
      ]);
      const after = await until(
        async () => {
          const leader = await agreedLeader(page, running);
          return leader !== before && leader;
        },
        { ...wait, what: 'the majority elects another' },
      );
      t.ok(
        partition?.groups[1]?.some((id) => id === after),
        'the new leader is of the majority',
      );
      await page.locator('.link[data-state=cut]').nth(5).waitFor({ state: 'attached' });
      t.equal(await page.locator('.link[data-state=cut]').count(), 6);
      await button('Time').click();
      await page.locator('.events li').first().waitFor();
      const events = await page.locator('.events li').allInnerTexts();
      await button('Table').click();
      t.ok(
        events.some((event) => event.includes(`${after} leads`)),
        'and the list of events tells',
      );
    },
  );

  await t.test('heal makes it whole', async (t) => {
    await button('Heal').click();
    await page.locator('.fact', { hasText: 'network whole' }).waitFor();
    t.equal((await clusterOf(running)).partition, null);
    t.equal(await page.locator('.island').count(), 0);
    await agreedLeader(page, running);
    t.equal(await page.locator('#shell-title').innerText(), 'From a shell: Heal');
    t.equal(await page.locator('.shell .done').innerText(), 'done');
  });

  await t.test('groups are chosen with the keyboard or the pointer, and applied', async (t) => {
    const radio = (name: string) => page.getByRole('radio', { name });
    const checked = async (name: string): Promise<void> => {
      await until(() => radio(name).isChecked(), { ...wait, what: name });
    };
    await radio('p1 in group A').focus();
    await page.keyboard.press('ArrowRight');
    await checked('p1 in group B');
    await radio('p2 in group B').focus();
    await page.keyboard.press(' ');
    await checked('p2 in group B');
    await radio('p3 in group C').click();
    await checked('p3 in group C');
    t.equal((await clusterOf(running)).partition, null, 'nothing is done yet');
    await button('Apply partition').click();
    const { partition } = await until(
      async () => {
        const view = await clusterOf(running);
        return view.partition !== null && view;
      },
      { ...wait, what: 'the partition is in force' },
    );
    t.strictSame(partition?.groups, [['p4', 'p5'], ['p1', 'p2'], ['p3']]);
    await page.locator('.headline h2', { hasText: 'No leader' }).waitFor();
    await page.locator('.detail', { hasText: '3 of 5 votes make a leader, and the largest group has 2' }).waitFor();
    await button('Heal').click();
    await agreedLeader(page, running);
  });

  await t.test('a peer is disconnected for a while, and healed', async (t) => {
    await button('Disconnect p4').click();
    await rows.filter({ hasText: 'cut off for' }).waitFor();
    t.equal(await page.locator('.peer[data-peer=p4] .figure').getAttribute('data-connected'), 'false');
    t.equal(await button('Disconnect p4').isDisabled(), true);
    await button('Heal').click();
    await page.locator('.peer[data-peer=p4] .figure[data-connected=true]').waitFor();
  });

  await t.test('a relay that is gone: the picture is grey and says its age, actions say why they fail', async (t) => {
    await agreedLeader(page, running);
    await running.relay.close();
    await page.locator('.cluster[data-stale=true]').waitFor();
    await page.locator('.connection', { hasText: 'does not answer' }).waitFor();
    await page.locator('.connection', { hasText: /trying again in \d s.*picture \d+ s old/ }).waitFor();
    t.equal(await page.locator('.peer').count(), 5, 'the last picture stays');
    t.equal(await page.locator('.detail').innerText(), 'as it was when the relay was last heard');
    await button('Heal').click();
    await page.locator('.refusal').waitFor();
    t.match(await page.locator('.refusal').innerText(), /^failed: RELAY_UNREACHABLE no relay answers at /);
  });

  await t.test('a relay that is back: the page comes back by itself', async (t) => {
    running.relay = await listenRelay({ ...options, port: running.relay.port });
    await page.locator('.connection[data-phase=live]').waitFor();
    await agreedLeader(page, running);
    t.equal(await page.locator('.cluster').getAttribute('data-stale'), 'false');
    await page.locator('.figure[data-connected=true]').nth(4).waitFor();
  });

  t.strictSame([...hosts], [new URL(running.relay.url).host], 'no request went to any other host');
  t.strictSame(troubles, [], 'nothing went wrong in the page');
});
