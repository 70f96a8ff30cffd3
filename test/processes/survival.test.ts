import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { connectCluster } from '../../client/connectCluster.ts';
import { KeyValueClient, type KeyValueCluster } from '../../client/KeyValueClient.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import { RunningUp } from '../cli/RunningUp.ts';
import { WITHIN_MS } from '../cli/endings.ts';
import { RunningProcess } from '../support/processes.ts';
import { replicatedStateOf } from '../../torture/replicatedStateOf.ts';
import { until } from '../support/until.ts';

const FOUNDERS = ['p1', 'p2', 'p3', 'p4', 'p5'];
const KEYS = ['k1', 'k2', 'k3', 'k4'];
const WRITERS_PER_KEY = 16;
const KILLS = 10;
/** What happens after which kill, besides. */
const RELAY_KILLS = [3, 7];
const [JOINS_AFTER, REJOINS_AFTER, LEAVES_AFTER, RETURNS_AFTER, JOINED_LEAVES_AFTER] = [2, 3, 4, 6, 8];
/** A peer takes a snapshot after so many entries, so that some are taken, and sent, during the test. */
const SNAPSHOT_ENTRIES = '2000';

/** Everybody appends words of their own, as fast as they are answered. */
class Writers {
  readonly acknowledged = new Map<string, string[]>(KEYS.map((key) => [key, []]));
  readonly undecided = new Map<string, string[]>(KEYS.map((key) => [key, []]));
  readonly #store: KeyValueClient;
  readonly #running: Promise<void>[];
  #count = 0;
  #isStopped = false;

  constructor(store: KeyValueClient) {
    this.#store = store;
    this.#running = KEYS.flatMap((key) => Array.from({ length: WRITERS_PER_KEY }, () => this.#write(key)));
  }

  get acknowledgedCount(): number {
    return [...this.acknowledged.values()].reduce((sum, words) => sum + words.length, 0);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#running);
  }

  async #write(key: string): Promise<void> {
    while (!this.#isStopped) {
      this.#count += 1;
      const word = `${this.#count}`;
      try {
        await this.#store.append(key, `${word},`, { timeoutMs: WITHIN_MS });
        this.acknowledged.get(key)?.push(word);
      } catch (error) {
        if (!(error instanceof WhitewaterError)) throw error;
        if (error.code === 'CLIENT_CLOSED') return;
        if (!error.definite) this.undecided.get(key)?.push(word);
      }
    }
  }
}

/** Kills the leader's process, and waits until another term has a leader and writes go on. */
async function killLeader(t: Test, up: RunningUp, writers: Writers): Promise<void> {
  const { leader, term, peers } = await up.when('a leader', (view) => view.leader !== null);
  const pid = peers.find(({ id }) => id === leader)?.status?.pid;
  if (pid === undefined) throw new Error(`the process of ${leader} is not known`);
  const before = writers.acknowledgedCount;
  process.kill(pid, 'SIGKILL');
  await up.when('a leader of a later term', (view) => view.leader !== null && view.term > term);
  await until(() => writers.acknowledgedCount > before + 100, { withinMs: WITHIN_MS, what: 'writes go on' });
  t.comment(`${leader} of term ${term} was killed; ${writers.acknowledgedCount} writes are acknowledged`);
}

async function allApplied(up: RunningUp, ids: readonly string[]): Promise<void> {
  await up.when(`${ids.join(', ')} have applied the same`, ({ peers, leader }) => {
    const members = peers.filter(({ id }) => ids.includes(id));
    const indexes = members.map(({ status }) => `${status?.lastLogIndex} ${status?.lastApplied}`);
    return leader !== null && members.every(({ connected }) => connected) && new Set(indexes).size === 1;
  });
}

t.test(
  'ten kills of the leader, two of the relay, members that come and go: nothing lost, nothing twice',
  async (t) => {
    const data = mkdtempSync(join(tmpdir(), 'whitewater-survival-'));
    t.teardown(() => rmSync(data, { recursive: true, force: true, maxRetries: 5 }));
    const snapshots = ['--snapshot-entries', SNAPSHOT_ENTRIES, '--trailing-entries', '100'];
    const up = await RunningUp.start(t, '--peers', '5', '--data', data, ...snapshots);
    await up.settled(FOUNDERS);
    const cluster: KeyValueCluster = connectCluster({ cluster: 'demo', relay: up.url, id: 'writer' });
    t.teardown(() => cluster.close());
    const store = new KeyValueClient(cluster);
    const writers = new Writers(store);

    const joinedData = join(data, 'demo/p6');
    const joined = (): RunningProcess =>
      RunningProcess.start(t, {
        name: 'p6',
        args: ['peer', '--id', 'p6', '--relay', up.url, '--cluster', 'demo', '--data', joinedData, ...snapshots],
      });
    let p6: RunningProcess | undefined;
    let left = '';
    for (let kill = 1; kill <= KILLS; kill += 1) {
      await killLeader(t, up, writers);
      if (RELAY_KILLS.includes(kill)) process.kill(up.childOf(' relay ').pid, 'SIGKILL');
      if (kill === JOINS_AFTER) {
        p6 = joined();
        await cluster.changeMembers({ voters: ['p6'] });
      }
      if (kill === REJOINS_AFTER && p6 !== undefined) {
        await p6.kill('SIGKILL');
        p6 = joined();
      }
      if (kill === LEAVES_AFTER) {
        // Whoever leads: a leader that removes itself leads until that is committed. The one that joined goes later.
        const { leader } = await up.when('a leader', (view) => view.leader !== null);
        left = FOUNDERS.find((id) => id === leader) ?? 'p1';
        await cluster.changeMembers({ removed: [left] });
      }
      if (kill === RETURNS_AFTER) await cluster.changeMembers({ voters: [left] });
      if (kill === JOINED_LEAVES_AFTER) await cluster.changeMembers({ removed: ['p6'] });
    }
    await writers.stop();
    await p6?.kill('SIGTERM');
    await allApplied(up, FOUNDERS);

    for (const key of KEYS) {
      const words = ((await store.get(key))?.value ?? '').split(',').slice(0, -1);
      const found = new Set(words);
      const acknowledged = writers.acknowledged.get(key) ?? [];
      const undecided = new Set(writers.undecided.get(key));
      t.equal(found.size, words.length, `${key}: none of ${words.length} writes took effect twice`);
      t.same(
        acknowledged.filter((word) => !found.has(word)),
        [],
        `${key}: no acknowledged write is lost`,
      );
      const expected = new Set(acknowledged);
      t.same(
        words.filter((word) => !expected.has(word) && !undecided.has(word)),
        [],
        `${key}: nothing else is there`,
      );
    }
    t.comment(`${writers.acknowledgedCount} writes in all`);
    const { peers } = await up.client.cluster('demo');
    t.ok(
      peers.some(({ status }) => (status?.snapshotIndex ?? 0) > 0),
      'snapshots were taken',
    );
    await cluster.close();
    await allApplied(up, FOUNDERS);

    up.process.signal('SIGINT');
    await up.process.exit(WITHIN_MS);
    const states = await Promise.all(FOUNDERS.map((id) => replicatedStateOf(join(data, 'demo', id), 'demo', id)));
    for (const [at, id] of FOUNDERS.entries()) {
      t.equal(states[at], states[0], `${id} holds, byte for byte, what ${FOUNDERS[0]} holds`);
    }
  },
);
