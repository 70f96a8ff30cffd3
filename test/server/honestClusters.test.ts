import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { RelayClient } from '../../client/RelayClient.ts';
import { KeyValueMachine } from '../../peer/machine/keyValue/KeyValueMachine.ts';
import { Peer } from '../../peer/Peer.ts';
import type { KeyValueAnswer, KeyValueCommand, KeyValueQuery, KeyValueResult } from '../../shared/keyValue.ts';
import { until } from '../support/until.ts';
import { TestRelay } from './support/relay.ts';

type Store = Peer<KeyValueCommand, KeyValueResult, KeyValueQuery, KeyValueAnswer>;

const WITHIN_MS = 60_000;
const WRITE_EVERY_MS = 10;
const IDS = ['p1', 'p2', 'p3'];

/** Peers of one cluster in this process, and somebody who writes all the time. */
class Honest {
  readonly name: string;
  readonly #relay: TestRelay;
  readonly #directory: string | undefined;
  readonly #peers = new Map<string, Store>();
  #writes = 0;
  #isOver = false;

  /** @param directory for its stores; without one they are in memory */
  constructor(relay: TestRelay, name: string, directory?: string) {
    this.name = name;
    this.#relay = relay;
    this.#directory = directory;
  }

  get client(): RelayClient {
    return new RelayClient({ url: this.#relay.url, timeoutMs: WITHIN_MS });
  }

  async start(...ids: string[]): Promise<void> {
    for (const id of ids) {
      const peer: Store = await Peer.start({
        ...{ cluster: this.name, id, relay: this.#relay.url, machine: new KeyValueMachine() },
        ...(IDS.includes(id) ? { voters: IDS } : {}),
        ...(this.#directory === undefined ? {} : { storage: { directory: join(this.#directory, id) } }),
        election: { heartbeatMs: 40, electionTimeoutMsMin: 150, electionTimeoutMsMax: 300 },
        replication: { snapshotEntries: 25, trailingEntries: 5 },
      });
      this.#peers.set(id, peer);
    }
  }

  async stop(...ids: string[]): Promise<void> {
    for (const id of ids) {
      await this.#peers.get(id)?.stop();
      this.#peers.delete(id);
    }
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.stop(...this.#peers.keys());
  }

  /** Until the end. What comes of each does not matter here. */
  async write(): Promise<void> {
    while (!this.#isOver) {
      this.#writes += 1;
      const value = `${this.#writes}`;
      for (const peer of this.#peers.values()) {
        peer.propose({ type: 'put', key: 'x', value }).catch(() => undefined);
      }
      const nextMs = performance.now() + WRITE_EVERY_MS;
      await until(() => performance.now() >= nextMs, {
        ...{ withinMs: WITHIN_MS, what: 'it is time for another write', everyMs: WRITE_EVERY_MS },
      });
    }
  }

  /** Goes on until the relay judged so many more statuses. */
  async judged(count: number): Promise<void> {
    const { statuses } = await this.client.safety(this.name);
    await until(async () => (await this.client.safety(this.name)).statuses >= statuses + count, {
      ...{ withinMs: WITHIN_MS, what: `${count} statuses of ${this.name}`, everyMs: 20 },
    });
  }

  async led(): Promise<void> {
    await until(async () => (await this.client.cluster(this.name)).leader !== null, {
      ...{ withinMs: WITHIN_MS, what: `a leader of ${this.name}`, everyMs: 20 },
    });
  }

  /** Checks that are broken, and how the others stand. */
  async checks(): Promise<{ broken: unknown[]; states: Record<string, string> }> {
    const { checks } = await this.client.safety(this.name);
    const broken = checks.filter(({ state }) => state === 'broken');
    return { broken, states: Object.fromEntries(checks.map(({ rule, state }) => [rule, state])) };
  }

  /** One kind of trouble after the other, in the network alone. */
  async trouble(): Promise<void> {
    const base = `/api/clusters/${this.name}`;
    const put = (path: string, body: unknown): Promise<unknown> => this.#relay.request('PUT', `${base}/${path}`, body);
    await put('rules/chaos', {
      ...{ from: '*', to: '*', drop: 0.1, delay: '1..30ms', reorder: 0.2, duplicate: { probability: 0.1 } },
    });
    await this.judged(40);
    for (const groups of [
      [['p1'], ['p2', 'p3']],
      [['p2'], ['p1', 'p3']],
      [['p3', 'p1'], ['p2']],
    ]) {
      await put('partition', { groups });
      await this.judged(30);
    }
    await this.#relay.request('POST', `${base}/heal`);
    for (const id of IDS) await this.#relay.request('POST', `${base}/peers/${id}/disconnect`, { forMs: 50 });
    await this.judged(20);
  }
}

async function stage(t: Parameters<typeof TestRelay.start>[0], name: string, isOnDisk: boolean): Promise<Honest> {
  const relay = await TestRelay.start(t);
  const directory = isOnDisk ? mkdtempSync(join(tmpdir(), 'whitewater-honest-')) : undefined;
  const cluster = new Honest(relay, name, directory);
  t.teardown(async () => {
    await cluster.end();
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  });
  await cluster.start(...IDS);
  void cluster.write();
  await cluster.led();
  return cluster;
}

/** Whether these peers tell what rules about logs need. */
async function tellsTerms({ client, name }: Honest): Promise<boolean> {
  return (await client.cluster(name)).peers.every(({ status }) => status === null || status.terms !== undefined);
}

t.test('nothing is wrongly called broken: learners, snapshots, restarts, faults, stores on disk', async (t) => {
  const cluster = await stage(t, 'disk', true);
  await cluster.start('p4');
  await cluster.client.setMember('disk', 'p4', 'learner');
  await cluster.trouble();
  for (const id of IDS) {
    await cluster.stop(id);
    await cluster.judged(15);
    await cluster.start(id);
    await cluster.judged(15);
  }
  await cluster.stop('p4');
  await cluster.start('p4');
  await cluster.trouble();
  await cluster.stop(...IDS, 'p4');
  await cluster.start(...IDS, 'p4');
  await cluster.led();
  await cluster.judged(20);
  const { peers } = await cluster.client.cluster('disk');
  t.ok(
    peers.some(({ status }) => (status?.snapshotIndex ?? 0) > 0),
    'there were snapshots',
  );
  const { broken, states } = await cluster.checks();
  t.same(broken, []);
  const expected = (await tellsTerms(cluster)) ? 'holds' : 'notJudged';
  t.match(states, {
    ...{ electionSafety: 'holds', oneVoteATerm: 'holds', nothingGoesBack: 'holds', ownOrder: 'holds' },
    ...{ logMatching: expected, leaderCompleteness: expected, stateMachineSafety: expected },
  });
});

t.test('nor is what peers do that forget everything with their process', async (t) => {
  const cluster = await stage(t, 'memory', false);
  await cluster.trouble();
  for (const id of IDS) {
    await cluster.stop(id);
    await cluster.judged(10);
    await cluster.start(id);
    await cluster.judged(20);
  }
  const { broken, states } = await cluster.checks();
  t.same(broken, []);
  t.equal(states['oneVoteATerm'], 'notJudged');
  t.equal(states['ownOrder'], 'holds');
});

t.test('nor is a cluster that is deleted and made anew under its name', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'whitewater-anew-'));
  const relay = await TestRelay.start(t);
  let cluster: Honest | undefined;
  t.teardown(async () => {
    await cluster?.end();
    rmSync(directory, { recursive: true, force: true });
  });
  for (const life of [1, 2, 3]) {
    // The second lives in memory, and the third on disk again.
    cluster = new Honest(relay, 'anew', life === 2 ? undefined : join(directory, String(life)));
    await cluster.start(...IDS);
    void cluster.write();
    await cluster.led();
    await cluster.judged(30);
    const { broken, states } = await cluster.checks();
    t.same(broken, [], `life ${life}`);
    t.match(states, { electionSafety: 'holds', oneVoteATerm: 'holds', nothingGoesBack: 'holds' });
    await cluster.end();
  }
});
