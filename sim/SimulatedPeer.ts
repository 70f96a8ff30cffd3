import { Driver, type DriverHandlers } from '../peer/Driver.ts';
import { SILENT_LOGGER } from '../endpoint/ports/Logger.ts';
import type { Storage } from '../peer/ports/Storage.ts';
import type { Transport } from '../endpoint/ports/Transport.ts';
import { assemblePeer, type PeerParts } from '../peer/assemblePeer.ts';
import type { AnyMachine } from '../peer/machine/ReplicatedMachine.ts';
import type { StorageStep } from '../peer/raft/effect.ts';
import type { RaftEvent } from '../peer/raft/event.ts';
import type { ElectionOptions, ReplicationOptions } from '../peer/raft/options.ts';
import { Raft } from '../peer/raft/Raft.ts';
import type { RaftStatus } from '../peer/raft/status.ts';
import { clusterId, type PeerId } from '../shared/ids.ts';
import type { Entry } from '../shared/messages/Entry.ts';
import { isRaftMessageType, type EndpointMessage, type RaftMessage } from '../shared/protocol.ts';
import { seededRandom } from '../shared/random.ts';
import { SimulatedDisk } from './Disk.ts';
import type { Invariants } from './invariants.ts';
import type { SimulatedNetwork } from './Network.ts';
import { PeerWatch } from './PeerWatch.ts';
import type { RecordDisk } from './RecordDisk.ts';
import { SettlingClock } from './SettlingClock.ts';
import { type ClockRate, SimulatedProcess } from './SimulatedProcess.ts';
import type { SimulatedRelay } from './SimulatedRelay.ts';
import { SimulationFailure } from './SimulationFailure.ts';
import type { DurableState } from './StoredImage.ts';
import type { VirtualClock } from './VirtualClock.ts';
import { WorkingMachine, type WorkOptions } from './WorkingMachine.ts';

export interface SentMessage {
  readonly to: PeerId;
  readonly id: number;
  readonly message: RaftMessage;
}

/** The world as a simulated peer finds it. */
export interface SimulatedWorld {
  readonly clock: VirtualClock;
  readonly network: SimulatedNetwork;
  readonly relay: SimulatedRelay;
  readonly invariants: Invariants;
  readonly diskOf: (peer: PeerId) => DurableState | undefined;
  /** Called when a peer has begun a write. */
  readonly onWrite: (peer: PeerId) => void;
  readonly onSend: (from: PeerId, sent: SentMessage) => void;
  readonly onEvent: (peer: PeerId, event: RaftEvent, messageId: string | undefined) => void;
  /** A peer ended by itself, or could not begin. */
  readonly onEnded: (peer: PeerId, error: Error) => void;
  /** Something that must not happen did, where to throw it would not be heard. */
  readonly fail: (error: unknown) => void;
}

export interface SimulatedPeerOptions {
  readonly id: PeerId;
  readonly election: ElectionOptions;
  readonly replication?: Partial<ReplicationOptions>;
  /** How much it should lead. */
  readonly priority?: number;
  /** Names the peer's random choices. */
  readonly seed: string;
  /** Whether it tells statuses, which takes about as much time as all the rest. */
  readonly tellsStatuses: boolean;
  readonly clockRate?: ClockRate;
  /** What is replicated: a new one for each life. Without it the peer elects leaders and replicates what it has. */
  readonly machine?: () => AnyMachine;
  /** What the machine's work takes; no time by default. */
  readonly work?: WorkOptions;
  /** Of a snapshot in one message, at the most. */
  readonly snapshotPieceBytes?: number;
}

/** One life: what a crash ends. */
interface Life {
  readonly process: SimulatedProcess;
  /** Once it has opened its store. */
  running: { readonly raft: Raft; readonly driver: Driver; readonly parts: PeerParts | undefined } | undefined;
}

const CLUSTER = clusterId('simulation');
const NO_WORK: WorkOptions = { applyMsMax: 0, queryMsMax: 0, recordMsMax: 0 };
const WITHOUT_SNAPSHOTS = { snapshotEntries: Number.POSITIVE_INFINITY, snapshotBytes: Number.POSITIVE_INFINITY };

/** The real core and the real driver over a simulated process, disk and network, through any number of lives. */
export class SimulatedPeer {
  readonly id: PeerId;
  readonly disk: SimulatedDisk | RecordDisk;
  readonly #world: SimulatedWorld;
  readonly #options: SimulatedPeerOptions;
  readonly #watch: PeerWatch;
  #life: Life | undefined;
  /** As it was set last; for all lives to come. */
  #wallOffsetMs: number | undefined;
  #rate: number | undefined;
  /** By the simulation itself, which takes no time. */
  #isAsked = false;

  /** @param disk one that holds records if there is a machine */
  constructor(options: SimulatedPeerOptions, disk: SimulatedDisk | RecordDisk, world: SimulatedWorld) {
    const { id } = options;
    this.id = id;
    this.disk = disk;
    this.#options = options;
    this.#world = world;
    const { invariants, diskOf, onEvent } = world;
    if (!(disk instanceof SimulatedDisk)) disk.onWrite = () => world.onWrite(id);
    this.#watch = new PeerWatch({ id, disk, diskOf, invariants, onEvent }, disk.stored);
  }

  get isUp(): boolean {
    return this.#life !== undefined;
  }

  get isPaused(): boolean {
    return this.#life?.process.isPaused === true;
  }

  /** Counts its starts, from 1. */
  get lives(): number {
    return this.#watch.lives;
  }

  get role(): RaftStatus['role'] {
    return this.#watch.role;
  }

  get term(): number {
    return this.#watch.term;
  }

  /** Whom it takes for the leader of its term. */
  get leader(): PeerId | null {
    return this.#watch.leader;
  }

  /** Behind what its log begins with. */
  get log(): readonly Entry[] {
    return this.#watch.log;
  }

  get lastIndex(): number {
    return this.#watch.lastIndex;
  }

  /** What its core has handed out, in this life. */
  get appliedThrough(): number {
    return this.#watch.appliedThrough;
  }

  /** Whether its machine holds what its core has handed out. */
  get isAtRest(): boolean {
    return this.#life?.running !== undefined && this.status().lastApplied >= this.appliedThrough;
  }

  /**
   * What the core itself says, durable or not.
   * @throws {SimulationFailure} when the peer is not up
   */
  status(): RaftStatus {
    const { process, running } = this.#life ?? {};
    if (process === undefined || running === undefined) throw new SimulationFailure(`${this.id} is not up`);
    return running.raft.status(process.nowMs());
  }

  /** For how long it may take itself for the only leader, by its own clock; less than nothing when it may not. */
  get leaseLeftMs(): number {
    const { process, running } = this.#life ?? {};
    if (process === undefined || running === undefined) return Number.NEGATIVE_INFINITY;
    return running.raft.leaseUntilMs() - process.nowMs();
  }

  /** All that is replicated, sessions too, as it is here and now; undefined when it is not up. */
  replicatedState(): string | undefined {
    const parts = this.#life?.running?.parts;
    if (parts === undefined) return undefined;
    this.#isAsked = true;
    try {
      return JSON.stringify([...parts.replica.state()]);
    } finally {
      this.#isAsked = false;
    }
  }

  start(): void {
    if (this.#life !== undefined) throw new SimulationFailure(`${this.id} is up already`);
    const process = new SimulatedProcess(this.#world.clock, this.#options.clockRate);
    if (this.#rate !== undefined) process.setRate(this.#rate);
    if (this.#wallOffsetMs !== undefined) process.setWallOffset(this.#wallOffsetMs);
    const life: Life = { process, running: undefined };
    this.#life = life;
    if (this.disk instanceof SimulatedDisk) return this.#startBare(life, this.disk);
    this.#world.clock.settles();
    this.#startWhole(life, this.disk).catch((error: unknown) => {
      if (this.#life !== life) return;
      this.#end(life);
      this.#ended(error);
    });
  }

  /** Loses everything but what is on disk; a write under way is done or lost. */
  crash(): void {
    if (this.#life !== undefined) this.#end(this.#life);
  }

  /** Somebody sets the time of day of its machine. */
  setWallOffset(offsetMs: number): void {
    this.#wallOffsetMs = offsetMs;
    this.#life?.process.setWallOffset(offsetMs);
  }

  /** From now on the monotonic clock of its machine goes at another rate. */
  setClockRate(rate: number): void {
    this.#rate = rate;
    this.#life?.process.setRate(rate);
  }

  /** Stops the process where it is, as SIGSTOP does. */
  pause(): void {
    this.#life?.process.pause();
  }

  resume(): void {
    this.#life?.process.resume();
  }

  #end({ process, running }: Life): void {
    this.#life = undefined;
    this.#watch.ends();
    running?.driver.stop();
    process.kill();
    this.#world.relay.detach(this.id);
    this.#world.network.detach(this.id);
    this.disk.crash();
  }

  /** Without a machine: elections, and logs that are what they are. */
  #startBare(life: Life, disk: SimulatedDisk): void {
    const { stored } = disk;
    this.#watch.begins(stored);
    const raft = new Raft({ ...this.#raftOptions(), ...WITHOUT_SNAPSHOTS, id: this.id }, stored);
    const { process } = life;
    const driver = new Driver(
      {
        cluster: CLUSTER,
        id: this.id,
        raft: this.#watched(raft),
        storage: this.#bareStorage(disk, process),
        transport: this.#transport(process),
        clock: process,
      },
      this.#handlers(life),
    );
    life.running = { raft, driver, parts: undefined };
    driver.start();
  }

  async #startWhole(life: Life, disk: RecordDisk): Promise<void> {
    const { process } = life;
    const opened = await disk.open(process);
    if (this.#life !== life) return;
    this.#watch.begins(opened.stored);
    let raft: Raft | undefined;
    const parts = await assemblePeer(
      {
        cluster: CLUSTER,
        id: this.id,
        instance: this.#instance,
        raft: this.#raftOptions(),
        opened: { ...opened, storage: this.#noting(opened.storage) },
        transport: this.#transport(process),
        clock: new SettlingClock(process, this.#world.clock),
        logger: SILENT_LOGGER,
        machine: this.#machine(process),
        snapshotPieceBytes: this.#options.snapshotPieceBytes,
        watch: (core) => {
          raft = core;
          return this.#watched(core);
        },
      },
      this.#handlers(life),
    );
    if (this.#life !== life || raft === undefined) return;
    life.running = { raft, driver: parts.driver, parts };
    parts.driver.start();
  }

  #machine(process: SimulatedProcess): AnyMachine | undefined {
    const { id, machine, seed, work = NO_WORK } = this.#options;
    if (machine === undefined) return undefined;
    return new WorkingMachine(machine(), work, {
      random: seededRandom(seed, `${id}/${this.lives}/work`),
      work: (forMs) => {
        if (!this.#isAsked) process.work(forMs);
      },
      fail: (error) => this.#world.fail(error),
    });
  }

  #raftOptions(): ConstructorParameters<typeof Raft>[0] {
    const { id, election, replication, priority, seed } = this.#options;
    return {
      ...election,
      ...replication,
      ...(priority === undefined ? {} : { priority }),
      id,
      random: seededRandom(seed, `${id}/${this.lives}`),
    };
  }

  #watched(raft: Raft): ReturnType<PeerWatch['over']> {
    const watched = this.#watch.over(raft);
    return { ...watched, step: (input) => this.#stepped(() => watched.step(input)) };
  }

  #handlers(life: Life): DriverHandlers {
    return {
      onEvent: (event) => this.#judged(() => this.#watch.told(event)),
      onConnected: () => undefined,
      onFailed: (error) => {
        if (this.#life !== life) return;
        // It fails in the midst of a step, and the process ends when that is over.
        this.#world.clock.soon(() => {
          if (this.#life !== life) return;
          this.#end(life);
          this.#ended(error);
        });
      },
    };
  }

  #ended(error: unknown): void {
    this.#world.onEnded(this.id, error instanceof Error ? error : new Error(String(error)));
  }

  /** What breaks a rule is told to the world too: a driver takes what its core throws for the end of one peer. */
  #stepped<Value>(step: () => Value): Value {
    try {
      return step();
    } catch (error) {
      this.#world.fail(error);
      throw error;
    }
  }

  /** What breaks a rule ends the run: thrown into a promise of the peer's it would end the process instead. */
  #judged(judge: () => void): void {
    try {
      judge();
    } catch (error) {
      this.#world.fail(error);
    }
  }

  #bareStorage(disk: SimulatedDisk, process: SimulatedProcess): Storage {
    return this.#noting({
      kind: disk.kind,
      write: (steps, done) => disk.write(steps, (error) => process.takeIn(() => done(error))),
      close: () => disk.close(),
    });
  }

  #noting(storage: Storage): Storage {
    return {
      kind: storage.kind,
      write: (steps: readonly StorageStep[], done: (error?: Error) => void): void => {
        storage.write(steps, done);
        this.#world.onWrite(this.id);
      },
      close: () => storage.close(),
    };
  }

  /** Of this life. */
  get #instance(): string {
    return `${this.id}/${this.lives}`;
  }

  #transport(process: SimulatedProcess): Transport {
    return this.#world.relay.transport({
      ...{
        id: this.id,
        instance: this.#instance,
        process,
        isClient: false,
        tellsStatuses: this.#options.tellsStatuses,
      },
      roleOf: () => this.role,
      onSend: (to, id, message) => this.#leaves(to, id, message),
      onStatus: (status) => this.#judged(() => this.#watch.statusLeaves(status)),
    });
  }

  #leaves(to: PeerId, id: number, message: EndpointMessage): void {
    if (!isRaftMessage(message)) return;
    this.#judged(() => this.#watch.messageLeaves(to, message));
    this.#world.onSend(this.id, { to, id, message });
  }
}

function isRaftMessage(message: EndpointMessage): message is RaftMessage {
  return isRaftMessageType(message.type);
}
