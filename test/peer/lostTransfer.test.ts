import t, { type Test } from 'tap';
import { Driver } from '../../peer/Driver.ts';
import type { Application, ApplicationEffect, ApplicationHost } from '../../peer/ports/Application.ts';
import type { Refused, Transferred } from '../../peer/raft/effect.ts';
import { ELECTION_DEFAULTS } from '../../peer/raft/options.ts';
import { Raft } from '../../peer/raft/Raft.ts';
import type { PeerId } from '../../shared/ids.ts';
import type { RaftMessage } from '../../shared/protocol.ts';
import { seededRandom } from '../../shared/random.ts';
import { storedState } from '../../sim/randomLogs.ts';
import { VirtualClock } from '../../sim/VirtualClock.ts';
import { OWNER } from '../contract/storage.contract.ts';
import { CLUSTER } from '../support/driverStage.ts';
import { MemoryNetwork, MemoryTransport } from '../support/MemoryNetwork.ts';
import { VirtualStorage } from '../support/VirtualStorage.ts';

/** Asks for transfers, and remembers their answers. Nothing is replicated but what the core itself writes. */
class Asker implements Application {
  readonly answers: (Refused | Transferred)[] = [];
  readonly #clock: VirtualClock;
  #host: ApplicationHost | undefined;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  start(host: ApplicationHost): void {
    this.#host = host;
  }

  ask(to: PeerId): void {
    this.#host?.feed({ type: 'transfer', requestId: 1, to });
  }

  carryOut(effect: ApplicationEffect): void {
    if (effect.type === 'refused' || effect.type === 'transferred') this.answers.push(effect);
    if (effect.type !== 'apply') return;
    const index = effect.firstIndex + effect.entries.length - 1;
    this.#clock.setArrival(this.#clock.nowMs(), () => this.#host?.feed({ type: 'applied', index }));
  }

  receive(): void {}
  snapshotInForce(): void {}
  stop(): void {}
}

/** Keeps back the messages that the test wants to be lost, or late. */
class LosingTransport extends MemoryTransport {
  readonly kept: { readonly to: PeerId; readonly id: number; readonly message: RaftMessage }[] = [];
  loses: (message: RaftMessage) => boolean = () => false;

  override send(to: PeerId, id: number, message: RaftMessage): boolean {
    if (!this.loses(message)) return super.send(to, id, message);
    this.kept.push({ to, id, message });
    return true;
  }
}

interface Member {
  readonly id: PeerId;
  readonly transport: LosingTransport;
  readonly driver: Driver;
  readonly asker: Asker;
}

/** Three real cores and drivers in virtual time, whose leaders are written down by term. */
class TransferCluster {
  readonly clock = new VirtualClock();
  readonly members: readonly Member[];
  readonly leaders = new Map<number, Set<PeerId>>();
  readonly #network = new MemoryNetwork(this.clock);

  constructor(t: Test, seed: number) {
    this.members = OWNER.voters.map((id) => {
      const raft = new Raft({ ...ELECTION_DEFAULTS, id, random: seededRandom(seed, id) }, storedState(OWNER.voters));
      const transport = new LosingTransport(this.#network, id);
      const asker = new Asker(this.clock);
      const storage = new VirtualStorage(this.clock, 1);
      const driver = new Driver(
        { cluster: CLUSTER, id, raft, storage, transport, clock: this.clock, application: asker },
        { onEvent: () => undefined, onConnected: () => undefined, onFailed: (error) => t.fail(error) },
      );
      driver.start();
      return { id, transport, driver, asker };
    });
  }

  run(forMs: number): void {
    for (let ms = 0; ms < forMs; ms += 1) {
      this.clock.advance(1);
      for (const { id, driver } of this.members) {
        const { role, term } = driver.status();
        if (role === 'leader') this.leaders.set(term, (this.leaders.get(term) ?? new Set()).add(id));
      }
    }
  }

  /** The one that leads and can commit, and one that follows. */
  chosen(): { leader: Member; other: Member } {
    this.run(3_000);
    const leader = this.members.find(({ driver }) => driver.status().role === 'leader' && driver.status().canCommit);
    const other = this.members.find((member) => member !== leader);
    if (leader === undefined || other === undefined) throw new Error('there is no leader after 3 s');
    return { leader, other };
  }

  /** Who leads the newest term, as all of them say. */
  agreed(t: Test): { leader: PeerId | null; term: number } {
    const said = this.members.map(({ driver }) => driver.status()).map(({ leader, term }) => ({ leader, term }));
    t.same(said, Array(3).fill(said[0]), 'all follow one leader in one term');
    return said[0] ?? { leader: null, term: 0 };
  }
}

const isTimeoutNow = ({ type }: RaftMessage): boolean => type === 'TimeoutNow';

t.test('a transfer whose TimeoutNow is lost ends with a new term and an honest answer', async (t) => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const cluster = new TransferCluster(t, seed);
    const { leader, other } = cluster.chosen();
    const { term } = leader.driver.status();
    leader.transport.loses = isTimeoutNow;
    leader.asker.ask(other.id);
    cluster.run(ELECTION_DEFAULTS.electionTimeoutMsMax - 50);
    t.same([leader.asker.answers, leader.driver.status().role], [[], 'leader'], 'it goes on asking');
    t.ok(leader.transport.kept.length >= 2, `${leader.transport.kept.length} times lost`);
    cluster.run(500);
    t.match(leader.asker.answers, [{ type: 'refused', requestId: 1, reason: 'successorSilent' }], `seed ${seed}`);
    t.same(cluster.agreed(t), { leader: leader.id, term: term + 1 }, 'it leads again, in a term of its own');
    // What was lost was only late, and comes now, to one that heard of the new term.
    for (const { to, id, message } of leader.transport.kept) {
      cluster.members.find((member) => member.id === to)?.transport.deliver(leader.id, id, message);
    }
    cluster.run(2_000);
    t.same(cluster.agreed(t), { leader: leader.id, term: term + 1 }, 'it elects nobody');
    t.equal(leader.asker.answers.length, 1, 'one answer');
    for (const [of, leaders] of cluster.leaders) t.equal(leaders.size, 1, `one leader in term ${of}`);
  }
});

t.test('a TimeoutNow that is lost once is sent again, and the transfer is done', async (t) => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const cluster = new TransferCluster(t, seed);
    const { leader, other } = cluster.chosen();
    const { term } = leader.driver.status();
    leader.transport.loses = (message) => isTimeoutNow(message) && leader.transport.kept.length === 0;
    leader.asker.ask(other.id);
    cluster.run(1_000);
    t.equal(leader.transport.kept.length, 1);
    t.same(leader.asker.answers, [{ type: 'transferred', requestId: 1 }], `seed ${seed}`);
    t.same(cluster.agreed(t), { leader: other.id, term: term + 1 });
  }
});

t.test(
  'a TimeoutNow that arrives as the leader gives up elects one of the two, and the answer says which',
  async (t) => {
    for (let seed = 1; seed <= 6; seed += 1) {
      for (const lateMs of [-3, -2, -1, 0, 1, 2, 3]) {
        const cluster = new TransferCluster(t, seed);
        const { leader, other } = cluster.chosen();
        leader.transport.loses = isTimeoutNow;
        leader.asker.ask(other.id);
        cluster.run(ELECTION_DEFAULTS.electionTimeoutMsMax + lateMs);
        const [late] = leader.transport.kept;
        if (late !== undefined) other.transport.deliver(leader.id, late.id, late.message);
        cluster.run(3_000);
        const { leader: elected } = cluster.agreed(t);
        const [answer, ...more] = leader.asker.answers;
        t.same(more, []);
        if (answer?.type === 'transferred') t.ok(cluster.leaders.size > 1);
        if (elected === other.id)
          t.not(answer?.type === 'refused' && answer.reason, 'successorSilent', 'not "certainly not"');
        else if (answer?.type === 'transferred')
          t.ok([...cluster.leaders.values()].some((leaders) => leaders.has(other.id)));
        for (const [of, leaders] of cluster.leaders) t.equal(leaders.size, 1, `one leader in term ${of}`);
      }
    }
  },
);
