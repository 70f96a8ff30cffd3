import t from 'tap';
import { seededRandom } from '../../shared/random.ts';
import type { LabCluster, LabCounts, PeerState } from './LabCluster.ts';
import { LabTester } from './LabTester.ts';

/** Peers that say what they are told to, in a time that passes only by sleeping. */
class ScriptedCluster implements LabCluster {
  readonly size: number;
  readonly #states: (nowMs: number) => readonly PeerState[];
  readonly #cut = new Set<number>();
  #nowMs = 0;
  calls = 0;

  constructor(size: number, states: (nowMs: number) => readonly PeerState[]) {
    this.size = size;
    this.#states = states;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  async sleep(ms: number): Promise<void> {
    this.#nowMs += ms;
  }

  state(peer: number): PeerState {
    const state = this.#states(this.#nowMs)[peer];
    if (state === undefined) throw new RangeError(`no peer ${peer}`);
    return state;
  }

  async disconnect(peer: number): Promise<void> {
    this.#cut.add(peer);
  }

  async connect(peer: number): Promise<void> {
    this.#cut.delete(peer);
  }

  isConnected(peer: number): boolean {
    return !this.#cut.has(peer);
  }

  async counts(): Promise<LabCounts> {
    return { rpcs: this.calls, bytes: this.calls * 100, commits: 0 };
  }

  async verifyReport(): Promise<void> {}
  async stop(): Promise<void> {}
}

const leads = (term: number): PeerState => ({ term, isLeader: true });
const follows = (term: number): PeerState => ({ term, isLeader: false });

const begin = (cluster: LabCluster): Promise<LabTester> => LabTester.begin(cluster, seededRandom(1));

t.test('one leader: waits for it round by round, half a second each', async (t) => {
  const cluster = new ScriptedCluster(3, (nowMs) => [follows(1), nowMs < 1200 ? follows(1) : leads(1), follows(1)]);
  const tester = await begin(cluster);
  t.equal(await tester.checkOneLeader(), 1);
  t.ok(cluster.nowMs() >= 1350 && cluster.nowMs() < 1650, `three rounds took ${cluster.nowMs()} ms`);
});

t.test('one leader: gives up after ten rounds', async (t) => {
  const cluster = new ScriptedCluster(3, () => [follows(4), follows(4), follows(4)]);
  const tester = await begin(cluster);
  await t.rejects(tester.checkOneLeader(), { message: 'expected one leader, got none' });
  t.ok(cluster.nowMs() >= 4500 && cluster.nowMs() < 5500, `it took ${cluster.nowMs()} ms`);
});

t.test('one leader: an older one beside it is tolerated, a second one of its term is not', async (t) => {
  const older = await begin(new ScriptedCluster(3, () => [leads(1), follows(2), leads(2)]));
  t.equal(await older.checkOneLeader(), 2);
  const twins = await begin(new ScriptedCluster(3, () => [leads(2), follows(2), leads(2)]));
  await t.rejects(twins.checkOneLeader(), { message: 'term 2 has two leaders: 0 and 2' });
});

t.test('disconnected peers are not asked', async (t) => {
  const cluster = new ScriptedCluster(3, () => [leads(1), follows(2), follows(2)]);
  const tester = await begin(cluster);
  t.throws(() => tester.checkNoLeader(), { message: /0 leads term 1/ });
  t.throws(() => tester.checkTerms(), { message: 'connected peers disagree on the term: 1, 2' });
  await cluster.disconnect(0);
  tester.checkNoLeader();
  t.equal(tester.checkTerms(), 2);
  await t.rejects(tester.checkOneLeader(), { message: 'expected one leader, got none' });
  await cluster.connect(0);
  t.equal(await tester.checkOneLeader(), 0);
});

t.test('the line of a passed test has the columns of the lab', async (t) => {
  const cluster = new ScriptedCluster(3, () => [leads(1), follows(1), follows(1)]);
  cluster.calls = 1000;
  const tester = await begin(cluster);
  cluster.calls += 58;
  await cluster.sleep(3512);
  t.equal(await tester.passedLine(), '... Passed --   3.5  3   58    5800    0');
});
