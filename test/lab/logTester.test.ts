import t from 'tap';
import { seededRandom } from '../../shared/random.ts';
import { AppliedLedger } from './AppliedLedger.ts';
import type { LabCounts, PeerState } from './LabCluster.ts';
import type { LogCluster, Proposed } from './LogCluster.ts';
import { LogTester } from './LogTester.ts';
import { StallSensitive } from './StallSensitive.ts';

/** Three peers without any Raft: the first takes every command, and all apply it when the script says so. */
class ScriptedLog implements LogCluster {
  readonly size = 3;
  readonly applied = new AppliedLedger(3);
  readonly proposals: string[] = [];
  term = 1;
  #nowMs = 0;
  readonly #takes: (nowMs: number, peer: number) => boolean;
  readonly #appliedAfterMs: (proposal: number) => number;
  readonly #due: { atMs: number; index: number; command: string }[] = [];

  constructor(
    appliedAfterMs: (proposal: number) => number = () => 100,
    takes: (nowMs: number, peer: number) => boolean = (_, peer) => peer === 0,
  ) {
    this.#appliedAfterMs = appliedAfterMs;
    this.#takes = takes;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  async sleep(ms: number): Promise<void> {
    this.#nowMs += ms;
    for (const { atMs, index, command } of this.#due) {
      if (atMs > this.#nowMs || this.applied.committed(index).count > 0) continue;
      for (const peer of [0, 1, 2]) this.applied.applied(peer, index, command);
    }
  }

  propose(peer: number, command: string): Proposed | undefined {
    if (!this.#takes(this.#nowMs, peer)) return undefined;
    this.proposals.push(command);
    const index = this.proposals.length;
    this.#due.push({ atMs: this.#nowMs + this.#appliedAfterMs(index), index, command });
    return { index, term: this.term };
  }

  state(): PeerState {
    return { term: this.term, isLeader: false };
  }

  isUp(): boolean {
    return true;
  }

  isConnected(): boolean {
    return true;
  }

  requestsReceived(): number {
    return 0;
  }

  stateBytesMax(): number {
    return 0;
  }

  async counts(): Promise<LabCounts> {
    return { rpcs: 0, bytes: 0, commits: 0 };
  }

  async crash(): Promise<void> {}
  async restart(): Promise<void> {}
  async connect(): Promise<void> {}
  async disconnect(): Promise<void> {}
  async setNetwork(): Promise<void> {}
  async verifyReport(): Promise<void> {}
  async stop(): Promise<void> {}
}

const begin = (cluster: LogCluster): Promise<LogTester> => LogTester.begin(cluster, seededRandom(1));

t.test('one: asks in turn until somebody takes it, and waits until so many applied it', async (t) => {
  const cluster = new ScriptedLog();
  const tester = await begin(cluster);
  t.equal(await tester.one('a', 3, false), 1);
  t.equal(cluster.nowMs(), 100);
});

t.test('one: what takes two seconds fails, and may be excused by a stall', async (t) => {
  const tester = await begin(new ScriptedLog(() => 2_500));
  const failed = await tester.one('a', 3, false).catch((error: unknown) => error);
  t.ok(failed instanceof StallSensitive);
  t.match(failed, { message: 'one(a) failed to reach agreement' });
});

t.test('one: with retry it is proposed again, and the second may be the one that counts', async (t) => {
  const cluster = new ScriptedLog((proposal) => (proposal === 1 ? 2_100 : 200));
  const tester = await begin(cluster);
  t.equal(await tester.one('a', 3, true), 2);
  t.same(cluster.proposals, ['a', 'a']);
});

t.test('one: gives up after ten seconds, for good', async (t) => {
  const cluster = new ScriptedLog(
    () => 100,
    () => false,
  );
  const failed = await (await begin(cluster)).one('a', 3, true).catch((error: unknown) => error);
  t.notOk(failed instanceof StallSensitive);
  t.match(failed, { message: 'one(a) failed to reach agreement in 10 s' });
  t.ok(cluster.nowMs() >= 10_000 && cluster.nowMs() < 10_100);
});

t.test('wait: gives up in a later term, and fails when too few applied it', async (t) => {
  const cluster = new ScriptedLog(() => Number.POSITIVE_INFINITY);
  const tester = await begin(cluster);
  cluster.propose(0, 'a');
  cluster.term = 2;
  t.equal(await tester.wait(1, 3, 1), undefined);
  await t.rejects(tester.wait(1, 3, 2), { message: 'only 0 decided for index 1; wanted 3' });
  cluster.applied.applied(0, 1, 'a');
  t.equal(await tester.wait(1, 1, 2), 'a');
  t.throws(() => tester.checkNotCommitted(1), { message: '1 committed index 1, but nobody should have' });
});
