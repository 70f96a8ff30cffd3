import { Driver, type DriverEvent } from '../peer/Driver.ts';
import type { Clock, Timer } from '../endpoint/ports/Clock.ts';
import type { Storage } from '../peer/ports/Storage.ts';
import type { Transport, TransportHandlers } from '../endpoint/ports/Transport.ts';
import type { Effect, StorageStep } from '../peer/raft/effect.ts';
import type { RaftEvent } from '../peer/raft/event.ts';
import type { Input } from '../peer/raft/input.ts';
import type { ElectionOptions } from '../peer/raft/options.ts';
import { Raft } from '../peer/raft/Raft.ts';
import type { RaftStatus } from '../peer/raft/status.ts';
import { clusterId, type PeerId } from '../shared/ids.ts';
import type { Entry } from '../shared/messages/Entry.ts';
import type { RaftMessage } from '../shared/protocol.ts';
import { seededRandom } from '../shared/random.ts';
import type { SimulatedDisk } from './Disk.ts';
import type { Invariants } from './invariants.ts';
import type { SimulatedNetwork } from './Network.ts';
import { SimulatedProcess } from './SimulatedProcess.ts';
import { SimulationFailure } from './SimulationFailure.ts';
import type { VirtualClock } from './VirtualClock.ts';

export interface SentMessage {
  readonly to: PeerId;
  readonly id: number;
  readonly message: RaftMessage;
}

/** The world as a simulated peer finds it. */
export interface SimulatedWorld {
  readonly clock: VirtualClock;
  readonly network: SimulatedNetwork;
  readonly invariants: Invariants;
  /** Called when a peer has begun a write. */
  readonly onWrite: (peer: PeerId) => void;
  readonly onSend: (from: PeerId, sent: SentMessage) => void;
  readonly onEvent: (peer: PeerId, event: RaftEvent, messageId: string | undefined) => void;
}

export interface SimulatedPeerOptions {
  readonly id: PeerId;
  readonly election: ElectionOptions;
  readonly entriesPerMessageMax?: number;
  /** Names the peer's random choices. */
  readonly seed: string;
  /** Whether it tells statuses, which takes about as much time as all the rest. */
  readonly tellsStatuses: boolean;
}

/** One life: what a crash ends. */
interface Life {
  readonly process: SimulatedProcess;
  readonly raft: Raft;
  readonly driver: Driver;
}

const CLUSTER = clusterId('simulation');

/** The simulated peers have no state machine yet. */
const WITHOUT_SNAPSHOTS = { snapshotEntries: Number.POSITIVE_INFINITY, snapshotBytes: Number.POSITIVE_INFINITY };

/** The real core and the real driver over a simulated process, disk and network, through any number of lives. */
export class SimulatedPeer {
  readonly id: PeerId;
  readonly disk: SimulatedDisk;
  readonly #world: SimulatedWorld;
  readonly #options: SimulatedPeerOptions;
  #lives = 0;
  #life: Life | undefined;
  /** The log as the core has it: what is on disk and what is on its way there. */
  #log: Entry[] = [];
  #role: RaftStatus['role'] = 'follower';
  #term = 0;
  #leader: PeerId | null = null;

  constructor(options: SimulatedPeerOptions, disk: SimulatedDisk, world: SimulatedWorld) {
    this.id = options.id;
    this.disk = disk;
    this.#options = options;
    this.#world = world;
  }

  get isUp(): boolean {
    return this.#life !== undefined;
  }

  get isPaused(): boolean {
    return this.#life?.process.isPaused === true;
  }

  /** Counts its starts, from 1. */
  get lives(): number {
    return this.#lives;
  }

  get role(): RaftStatus['role'] {
    return this.#role;
  }

  get term(): number {
    return this.#term;
  }

  /** Whom it takes for the leader of its term. */
  get leader(): PeerId | null {
    return this.#leader;
  }

  get log(): readonly Entry[] {
    return this.#log;
  }

  /**
   * What the core itself says, durable or not.
   * @throws {SimulationFailure} when the peer is not up
   */
  status(): RaftStatus {
    if (this.#life === undefined) throw new SimulationFailure(`${this.id} is not up`);
    return this.#life.raft.status(this.#world.clock.nowMs());
  }

  start(): void {
    if (this.#life !== undefined) throw new SimulationFailure(`${this.id} is up already`);
    const { hardState, entries } = this.disk.stored;
    this.#lives += 1;
    this.#log = [...entries];
    this.#role = 'follower';
    this.#term = hardState.currentTerm;
    this.#leader = null;
    this.#world.invariants.restarted(this.id, hardState);
    const process = new SimulatedProcess(this.#world.clock);
    const raft = this.#raft();
    const driver = new Driver(
      {
        cluster: CLUSTER,
        id: this.id,
        raft: {
          step: (input) => this.#step(raft, input),
          status: (nowMs) => raft.status(nowMs),
          leaseUntilMs: () => raft.leaseUntilMs(),
        },
        storage: this.#storage(process),
        transport: this.#transport(process),
        clock: this.#clock(process),
      },
      {
        onEvent: (event) => this.#told(event),
        onConnected: () => undefined,
        onFailed: (error) => {
          throw error;
        },
      },
    );
    this.#life = { process, raft, driver };
    driver.start();
  }

  /** Loses everything but what is on disk; a write under way is done or lost. */
  crash(): void {
    const life = this.#life;
    if (life === undefined) return;
    this.#life = undefined;
    life.driver.stop();
    life.process.kill();
    this.#world.network.detach(this.id);
    this.disk.crash();
  }

  /** Stops the process where it is, as SIGSTOP does. */
  pause(): void {
    this.#life?.process.pause();
  }

  resume(): void {
    this.#life?.process.resume();
  }

  #raft(): Raft {
    const { id, election, entriesPerMessageMax, seed } = this.#options;
    const random = seededRandom(seed, `${id}/${this.#lives}`);
    const bounds = entriesPerMessageMax === undefined ? {} : { entriesPerMessageMax };
    return new Raft({ ...election, ...bounds, ...WITHOUT_SNAPSHOTS, id, random }, this.disk.stored);
  }

  #clock(process: SimulatedProcess): Clock {
    const { clock } = this.#world;
    return {
      nowMs: () => clock.nowMs(),
      wallMs: () => clock.wallMs(),
      setTimer: (atMs: number, callback: () => void): Timer => process.setTimer(atMs, callback),
      soon: (callback: () => void): void => clock.soon(() => process.takeIn(callback)),
    };
  }

  #storage(process: SimulatedProcess): Storage {
    const { disk } = this;
    return {
      kind: disk.kind,
      write: (steps: readonly StorageStep[], done: (error?: Error) => void): void => {
        disk.write(steps, (error) => process.takeIn(() => done(error)));
        this.#world.onWrite(this.id);
      },
      close: () => disk.close(),
    };
  }

  #transport(process: SimulatedProcess): Transport {
    const { network, invariants, clock } = this.#world;
    return {
      start: (handlers: TransportHandlers): void => {
        network.attach(
          this.id,
          (from, id, message) => process.takeIn(() => handlers.onMessage(from, id, message)),
          () => this.role,
        );
        if (this.#options.tellsStatuses) {
          clock.setArrival(clock.nowMs(), () => process.takeIn(() => handlers.onConnected(true)));
        }
      },
      send: (to, id, message): boolean => {
        // There are no clients here yet.
        if (message.type === 'ClientRequest' || message.type === 'ClientReply') return false;
        const sent = { to, id, message };
        invariants.messageLeaves(this.id, to, message, this.disk);
        this.#world.onSend(this.id, sent);
        network.send(this.id, to, id, message);
        return true;
      },
      sendStatus: (status): boolean => {
        invariants.statusLeaves(this.id, this.#lives, status, this.disk);
        return true;
      },
      stop: () => Promise.resolve(),
    };
  }

  /** What the core decides is noted, and held against the rules, before anything of it leaves. */
  #step(raft: Raft, input: Input): Effect[] {
    const effects = raft.step(input);
    for (const effect of effects) {
      if (effect.type === 'persist') this.#changeLog(effect.steps);
      if (effect.type === 'report') this.#note(effect.event, effect.messageId);
      if (effect.type === 'apply') {
        this.#world.invariants.applied(this.id, effect.firstIndex, effect.entries, this.#term);
      }
    }
    return effects;
  }

  #changeLog(steps: readonly StorageStep[]): void {
    const { invariants } = this.#world;
    for (const step of steps) {
      if (step.type === 'truncate') {
        invariants.truncated(this.id, step.fromIndex, this.#log);
        this.#log.length = step.fromIndex - 1;
      } else if (step.type === 'append') {
        this.#log.push(...step.entries);
        invariants.appended(this.id, step.firstIndex, step.entries, this.#log);
      }
    }
  }

  #note(event: RaftEvent, messageId: string | undefined): void {
    if (event.type === 'roleChanged') this.#role = event.to;
    if (event.type === 'leaderChanged') this.#leader = event.leader;
    if (event.type === 'termChanged') {
      if (event.from !== this.#term || event.to <= event.from) {
        throw new SimulationFailure(`${this.id} goes from term ${this.#term} to ${event.to}`);
      }
      this.#term = event.to;
    }
    this.#world.onEvent(this.id, event, messageId);
    if (event.type === 'roleChanged' && event.to === 'leader') {
      this.#world.invariants.electedLeader(this.id, this.#lives, this.#term, this.#log);
    }
  }

  /** The driver tells its program of a term only when the disk has it. */
  #told(event: DriverEvent): void {
    const term = event.type === 'termChanged' ? event.to : event.type === 'committed' ? 0 : event.term;
    const { currentTerm } = this.disk.hardState;
    if (term > currentTerm) {
      throw new SimulationFailure(`${this.id} tells of term ${term} while its disk has term ${currentTerm}`);
    }
  }
}
