import type { Storage } from '../../peer/ports/Storage.ts';
import type { Transport } from '../../endpoint/ports/Transport.ts';
import { encodeFrame } from '../../shared/envelope.ts';
import { peerId, type PeerId } from '../../shared/ids.ts';
import { isRequestType, type EndpointMessage } from '../../shared/protocol.ts';
import { type Random, seededRandom } from '../../shared/random.ts';
import { QUICK_DISK, SimulatedDisk } from '../../sim/Disk.ts';
import { SimulatedNetwork } from '../../sim/Network.ts';
import { storedState } from '../../sim/randomLogs.ts';
import { SimulatedProcess } from '../../sim/SimulatedProcess.ts';
import { Invariants } from '../../sim/invariants.ts';
import { PeerWatch } from '../../sim/PeerWatch.ts';
import { VirtualClock } from '../../sim/VirtualClock.ts';
import { AppliedLedger } from '../lab/AppliedLedger.ts';
import type { LabCounts, PeerState } from '../lab/LabCluster.ts';
import { LabLife } from '../lab/LabLife.ts';
import type { LabNetwork, LogCluster, Proposed } from '../lab/LogCluster.ts';
import type { LogTest } from '../lab/logTests.ts';
import { stateBytes } from '../lab/stateBytes.ts';
import { ElectionLedger } from '../support/ElectionLedger.ts';
import { LAB_PROFILES } from './labProfiles.ts';
import { SimulatedShelf } from './SimulatedShelf.ts';

interface Member {
  readonly id: PeerId;
  readonly disk: SimulatedDisk;
  readonly watch: PeerWatch;
  readonly shelf: SimulatedShelf;
  life: LabLife | undefined;
  process: SimulatedProcess;
}

/** The lab's cluster with logs, in virtual time. Time passes in `play` only, while whoever plays sleeps. */
export class SimulatedLogCluster implements LogCluster {
  readonly size: number;
  readonly applied: AppliedLedger;
  readonly elections = new ElectionLedger();
  readonly #clock = new VirtualClock();
  readonly #network: SimulatedNetwork;
  readonly #test: LogTest;
  readonly #seed: string;
  readonly #members: readonly Member[];
  readonly #connected = new Set<number>();
  /** Where no snapshots take entries away. */
  readonly #invariants = new Invariants();
  #isAwake = false;
  #calls = 0;
  #bytes = 0;

  /** All peers start, connected, at the same moment. */
  constructor(test: LogTest, seed: string) {
    this.size = test.size;
    this.#test = test;
    this.#seed = seed;
    this.applied = new AppliedLedger(test.size);
    this.#network = new SimulatedNetwork(this.#clock, seededRandom(seed, 'network'), (from, to, id, message, fate) => {
      if (fate === 'delivered' && !isRequestType(message.type)) this.#bytes += bytesOf(from, to, id, message);
    });
    const ids = Array.from({ length: test.size }, (_, at) => peerId(`p${at + 1}`));
    this.#members = ids.map((id) => this.#member(id, ids));
    this.#network.change({ profile: LAB_PROFILES[test.network] });
    for (const peer of this.#members.keys()) {
      this.#connected.add(peer);
      this.#start(peer);
    }
  }

  /**
   * Plays a test to its end. Between any two moments at which it wakes up, all that it does by promises is done, so two runs of a
   * seed are the same.
   */
  async play<Result>(test: () => Promise<Result>): Promise<Result> {
    const state = { isOver: false };
    const outcome = test().finally(() => {
      state.isOver = true;
    });
    outcome.catch(() => undefined);
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (state.isOver) return outcome;
      this.#isAwake = false;
      while (!this.#isAwake) if (!this.#clock.runNext()) throw new Error('nobody waits for anything any more');
    }
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.setTimer(this.#clock.nowMs() + ms, () => {
        this.#isAwake = true;
        resolve();
      });
    });
  }

  isUp(peer: number): boolean {
    return this.#at(peer).life !== undefined;
  }

  state(peer: number): PeerState {
    const { life, id } = this.#at(peer);
    if (life === undefined) throw new Error(`${id} is not up`);
    return life.state();
  }

  propose(peer: number, command: string): Proposed | undefined {
    return this.#at(peer).life?.propose(command);
  }

  async crash(peer: number): Promise<void> {
    const member = this.#at(peer);
    await this.disconnect(peer);
    member.life?.stop();
    member.life = undefined;
    member.process.kill();
    this.#network.detach(member.id);
    member.disk.crash();
    member.shelf.crash();
  }

  async restart(peer: number): Promise<void> {
    await this.crash(peer);
    this.#start(peer);
  }

  async disconnect(peer: number): Promise<void> {
    this.#connected.delete(peer);
    const { id } = this.#at(peer);
    for (const other of this.#members) {
      this.#network.cut(id, other.id);
      this.#network.cut(other.id, id);
    }
  }

  async connect(peer: number): Promise<void> {
    this.#connected.add(peer);
    const { id } = this.#at(peer);
    for (const other of this.#connected) {
      this.#network.mend(id, this.#at(other).id);
      this.#network.mend(this.#at(other).id, id);
    }
  }

  isConnected(peer: number): boolean {
    return this.#connected.has(peer);
  }

  async setNetwork(network: LabNetwork): Promise<void> {
    this.#network.change({ profile: LAB_PROFILES[network] });
  }

  requestsReceived(): number {
    return this.#members.reduce((sum, { life }) => sum + (life?.requestsReceived ?? 0), 0);
  }

  stateBytesMax(): number {
    return Math.max(...this.#members.map(({ disk }) => stateBytes(disk.stored)));
  }

  async counts(): Promise<LabCounts> {
    return { rpcs: this.#calls, bytes: this.#bytes, commits: this.applied.highestIndex };
  }

  async verifyReport(): Promise<void> {
    this.applied.check();
    const [breach] = this.elections.violations();
    if (breach !== undefined) throw new Error(breach);
  }

  async stop(): Promise<void> {
    for (const peer of this.#members.keys()) await this.crash(peer);
  }

  #at(peer: number): Member {
    const member = this.#members[peer];
    if (member === undefined) throw new RangeError(`there is no peer ${peer}`);
    return member;
  }

  #member(id: PeerId, ids: readonly PeerId[]): Member {
    const random = (what: string): Random => seededRandom(this.#seed, `${id}/${what}`);
    const disk = new SimulatedDisk(this.#clock, random('disk'), storedState(ids));
    disk.options = QUICK_DISK;
    const shelf = new SimulatedShelf(this.#clock, random('shelf'));
    const diskOf = (peer: PeerId): SimulatedDisk | undefined =>
      this.#members.find((member) => member.id === peer)?.disk;
    const watch = new PeerWatch(
      { id, disk, diskOf, invariants: this.#invariants, onEvent: () => undefined },
      disk.stored,
    );
    return { id, disk, watch, shelf, life: undefined, process: new SimulatedProcess(this.#clock) };
  }

  #start(peer: number): void {
    const member = this.#at(peer);
    const { id, disk, watch, shelf } = member;
    const process = new SimulatedProcess(this.#clock);
    member.process = process;
    watch.begins(disk.stored);
    member.life = new LabLife({
      ...{ peer, id, preset: this.#test.preset, takesSnapshots: this.#test.takesSnapshots },
      seed: `${this.#seed}/${id}/${watch.lives}`,
      stored: disk.stored,
      storage: storageOf(disk, process),
      transport: this.#transport(member, process),
      clock: process,
      shelf,
      later: (work) => void this.#clock.setArrival(this.#clock.nowMs(), () => process.takeIn(work)),
      ...{ applied: this.applied, elections: this.elections },
      onConnected: () => undefined,
      watch: (raft) => watch.over(raft),
      onFailed: (error) => {
        throw error;
      },
    });
    member.life.start();
  }

  #transport({ id: from, watch }: Member, process: SimulatedProcess): Transport {
    return {
      start: (handlers) =>
        this.#network.attach(from, (sender, id, message) =>
          process.takeIn(() => handlers.onMessage(sender, id, message)),
        ),
      send: (to, id, message) => {
        if (message.type === 'ClientRequest' || message.type === 'ClientReply') return false;
        watch.messageLeaves(to, message);
        if (isRequestType(message.type)) {
          this.#calls += 1;
          this.#bytes += bytesOf(from, to, id, message);
        }
        this.#network.send(from, to, id, message);
        return true;
      },
      sendStatus: () => true,
      stop: () => Promise.resolve(),
    };
  }
}

function storageOf(disk: SimulatedDisk, process: SimulatedProcess): Storage {
  return {
    kind: disk.kind,
    write: (steps, done) => disk.write(steps, (error) => process.takeIn(() => done(error))),
    close: () => disk.close(),
  };
}

function bytesOf(from: PeerId, to: PeerId, id: number, { type, body }: EndpointMessage): number {
  return encodeFrame({ type, from, to, id, body }).length;
}
