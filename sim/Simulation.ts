import type { RaftEvent } from '../peer/raft/event.ts';
import type { ElectionOptions, ReplicationOptions } from '../peer/raft/options.ts';
import { KeyValueMachine } from '../peer/machine/keyValue/KeyValueMachine.ts';
import type { AnyMachine } from '../peer/machine/ReplicatedMachine.ts';
import { clusterId, peerId, type PeerId } from '../shared/ids.ts';
import type { Entry } from '../shared/messages/Entry.ts';
import type { EndpointMessage } from '../shared/protocol.ts';
import { seededRandom } from '../shared/random.ts';
import { type DiskOptions, QUICK_DISK, SimulatedDisk } from './Disk.ts';
import type { Carriage } from './carriage.ts';
import { checkLeases } from './checkLeases.ts';
import { Invariants } from './invariants.ts';
import { type FateListener, type NetworkOptions, RELIABLE_NETWORK, SimulatedNetwork } from './Network.ts';
import { emptyPast, type Past, randomPast, storedState } from './randomLogs.ts';
import { RecordDisk } from './RecordDisk.ts';
import { SimulatedPeer, type SentMessage, type SimulatedWorld } from './SimulatedPeer.ts';
import type { ClockRate } from './SimulatedProcess.ts';
import { SimulatedRelay } from './SimulatedRelay.ts';
import { PromisesAtRest } from './PromisesAtRest.ts';
import { SimulationFailure } from './SimulationFailure.ts';
import { StoredImage } from './StoredImage.ts';
import { VirtualClock } from './VirtualClock.ts';
import { WatchedMachine } from './WatchedMachine.ts';
import { Workload, type WorkloadOptions } from './Workload.ts';
import type { WorkOptions } from './WorkingMachine.ts';

/** Everything that decides a run: plain data, so that it can be printed and given again. */
export interface SimulationOptions {
  readonly seed: string | number;
  /** How many: they are called p1, p2, ... */
  readonly peers: number;
  readonly election: ElectionOptions;
  /** Times of single peers that differ. */
  readonly electionOf?: Readonly<Record<string, Partial<ElectionOptions>>>;
  readonly network?: Partial<NetworkOptions>;
  readonly disk?: Partial<DiskOptions>;
  /** `random` makes up a past with conflicting logs; else the terms of the entries, by peer. Empty unless told otherwise. */
  readonly logs?: 'random' | Readonly<Record<string, readonly number[]>>;
  readonly replication?: Partial<ReplicationOptions>;
  /** How much single peers should lead, as against the others. */
  readonly priorities?: Readonly<Record<string, number>>;
  /** Whether the peers tell statuses, as to a relay; it takes about as much time as all the rest. */
  readonly statuses?: boolean;
  /** Every peer has the key-value machine, a real store on its disk, snapshots and sessions. Then `logs` must not be given. */
  readonly machine?: boolean;
  /** Of a snapshot in one message, at the most: what peers in use take by default. */
  readonly snapshotPieceBytes?: number;
  /** What the machine's work takes; no time by default. */
  readonly work?: WorkOptions;
  /** Of these, with a machine, how many wait to be made members; the last ones. Default none. */
  readonly spares?: number;
  /** How messages come from one process to another; `asIs` by default. */
  readonly carriage?: Carriage;
  /** Clocks of single peers that go wrong. */
  readonly clockRates?: Readonly<Record<string, ClockRate>>;
  /** Who writes and reads meanwhile; needs `machine`. */
  readonly clients?: WorkloadOptions;
}

export interface SimulationListeners {
  /** Takes one line per thing that happens. Two runs of the same options give the same lines. */
  readonly record?: (line: string) => void;
  /** What `record` is told besides events of cores and fates of messages: crashes, faults, what clients ask and are told. */
  readonly onNote?: (atMs: number, what: string) => void;
  readonly onSend?: (atMs: number, from: PeerId, sent: SentMessage) => void;
  /** As `onSend`, but of every message, those of clients and to clients too. */
  readonly onSent?: (atMs: number, from: PeerId, to: PeerId, id: number, message: EndpointMessage) => void;
  readonly onEvent?: (atMs: number, peer: PeerId, event: RaftEvent) => void;
  /** What becomes of each message: `delivered` or `nobody` when it arrives, `lost` or `cut` when it is sent. */
  readonly onFate?: FateListener;
}

/**
 * A cluster of real cores in virtual time. One seed decides everything; the rules of Raft are held after every event.
 *
 * Every method may throw a SimulationFailure, whose message says what went wrong when, and names the options that replay it.
 */
export class Simulation {
  readonly options: SimulationOptions;
  readonly clock = new VirtualClock();
  readonly network: SimulatedNetwork;
  readonly relay: SimulatedRelay;
  /** What clients do, if there are any. */
  readonly workload: Workload | undefined;
  readonly invariants = new Invariants(() => this.clock.nowMs());
  readonly peers: ReadonlyMap<PeerId, SimulatedPeer>;
  /** Called when a peer has begun a write: where a crash hurts most. */
  onWrite: (peer: PeerId) => void = () => undefined;
  /** Called when a peer ended by itself, or could not begin. */
  onEnded: (peer: PeerId, error: Error) => void = (peer, error) => {
    throw new SimulationFailure(`${peer} ended by itself: ${error.message}`, { cause: error });
  };
  readonly #listeners: SimulationListeners;
  /** What went wrong first, where nobody would hear it thrown. */
  #failed: Error | undefined;
  readonly #promises = new PromisesAtRest();

  constructor(options: SimulationOptions, listeners: SimulationListeners = {}) {
    this.options = options;
    this.#listeners = listeners;
    const { seed } = options;
    this.network = new SimulatedNetwork(this.clock, seededRandom(seed, 'network'), this.#fateListener());
    this.network.options = { ...RELIABLE_NETWORK, ...options.network };
    this.network.carriage = options.carriage ?? 'asIs';
    const ids = Array.from({ length: options.peers }, (_, at) => peerId(`p${at + 1}`));
    this.relay = new SimulatedRelay(this.clock, this.network, seededRandom(seed, 'relay'));
    const { onSent } = listeners;
    if (onSent !== undefined) {
      this.relay.onSent = (from, to, id, message) => onSent(this.nowMs, from, to, id, message);
    }
    this.workload = options.clients && new Workload(options.clients, this);
    const past = this.#pastOf(ids);
    this.#recall(past);
    this.peers = new Map(ids.map((id) => [id, this.#peer(id, ids, past)]));
  }

  get nowMs(): number {
    return this.clock.nowMs();
  }

  get ids(): PeerId[] {
    return [...this.peers.keys()];
  }

  /** @throws {SimulationFailure} when there is no such peer */
  peer(id: string): SimulatedPeer {
    for (const [known, peer] of this.peers) if (known === id) return peer;
    throw this.failure(`there is no peer ${id}`);
  }

  /** Starts every peer and every client, at the same moment. */
  start(): void {
    for (const peer of this.peers.values()) {
      this.note(`${peer.id} starts`);
      peer.start();
    }
    this.workload?.start();
  }

  /** Peers that are up and say that they lead, of whatever term. */
  leaders(): SimulatedPeer[] {
    return [...this.peers.values()].filter(({ isUp, role }) => isUp && role === 'leader');
  }

  /** The leader of the highest term, if any. */
  leader(): SimulatedPeer | undefined {
    return this.leaders().reduce<SimulatedPeer | undefined>(
      (newest, peer) => (newest === undefined || peer.term > newest.term ? peer : newest),
      undefined,
    );
  }

  /** The one leader that every peer of the group follows, in one term; undefined when they are not at one. */
  agreedLeader(group: readonly PeerId[] = this.ids): SimulatedPeer | undefined {
    const [first, ...rest] = group.map((id) => this.peer(id));
    if (first === undefined || !first.isUp || first.leader === null) return undefined;
    const { leader, term } = first;
    const agree = rest.every((peer) => peer.isUp && peer.leader === leader && peer.term === term);
    const named = this.peer(leader);
    return agree && named.role === 'leader' && named.term === term ? named : undefined;
  }

  /** Lets this much time pass. */
  async run(forMs: number): Promise<void> {
    const untilMs = this.nowMs + forMs;
    for (let atMs = this.clock.nextAtMs(); atMs !== undefined && atMs <= untilMs; atMs = this.clock.nextAtMs()) {
      const settling = this.#next();
      if (settling !== undefined) await settling;
    }
    this.clock.advanceTo(untilMs);
  }

  /**
   * Lets time pass until the condition holds, asked after each event.
   *
   * @param what the condition is, for the failure
   * @returns how long it took
   */
  async runUntil(condition: () => boolean, withinMs: number, what: string): Promise<number> {
    const startMs = this.nowMs;
    while (!condition()) {
      const nextAtMs = this.clock.nextAtMs();
      if (nextAtMs === undefined || nextAtMs > startMs + withinMs) {
        throw this.failure(`waited ${withinMs} ms in vain: ${what}`);
      }
      const settling = this.#next();
      if (settling !== undefined) await settling;
    }
    return this.nowMs - startMs;
  }

  /** One event. @returns what has to be waited for before the next one */
  #next(): Promise<void> | undefined {
    this.#guard(() => void this.clock.runNext());
    if (this.#failed !== undefined) this.#throw(this.#failed);
    return this.clock.takeSettling() ? this.#atRest() : undefined;
  }

  /** Promises of the real code have come to rest: nothing but virtual time can go on. */
  async #atRest(): Promise<void> {
    do await this.#promises.wait();
    while (this.clock.takeSettling());
    if (this.#failed !== undefined) this.#throw(this.#failed);
  }

  /** Something that must not happen did, where to throw it would not be heard. */
  fail(error: unknown): void {
    this.#failed ??= error instanceof Error ? error : new Error(String(error));
  }

  crash(peer: SimulatedPeer): void {
    this.note(`${peer.id} crashes`);
    peer.crash();
  }

  restart(peer: SimulatedPeer): void {
    this.note(`${peer.id} starts`);
    this.#guard(() => peer.start());
  }

  /** Stops the process where it is. */
  pause(peer: SimulatedPeer): void {
    this.note(`${peer.id} is stopped`);
    peer.pause();
  }

  resume(peer: SimulatedPeer): void {
    this.note(`${peer.id} goes on`);
    this.#guard(() => peer.resume());
  }

  /** Writes a line into the record, if somebody takes it. */
  note(what: string): void {
    this.#record(what);
    this.#listeners.onNote?.(this.nowMs, what);
  }

  #record(what: string): void {
    this.#listeners.record?.(`${this.nowMs.toFixed(3)} ${what}`);
  }

  /** The failure of this run, with what replays it. */
  failure(message: string, cause?: unknown): SimulationFailure {
    const replay = JSON.stringify(this.options);
    return new SimulationFailure(
      `seed ${this.options.seed}, at ${this.nowMs.toFixed(3)} ms: ${message}\nreplay with ${replay}`,
      { cause, replay, atMs: this.nowMs, what: message },
    );
  }

  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#throw(error);
    }
  }

  #throw(error: unknown): never {
    if (error instanceof SimulationFailure && error.replay !== undefined) throw error;
    throw this.failure(error instanceof Error ? error.message : String(error), error);
  }

  #fateListener(): FateListener | undefined {
    const { record, onFate } = this.#listeners;
    if (record === undefined) return onFate;
    return (from, to, id, message, fate) => {
      this.#record(`${from}/${id} to ${to} ${message.type} ${fate}`);
      onFate?.(from, to, id, message, fate);
    };
  }

  #pastOf(ids: readonly PeerId[]): Past {
    const { logs, seed } = this.options;
    if (logs === 'random') return randomPast(ids, seededRandom(seed, 'past'));
    if (logs === undefined) return emptyPast(ids);
    const stored = new Map(
      ids.map((id) => {
        const terms = logs[id] ?? [];
        const entries: Entry[] = terms.map((term, at) => ({ term, type: 'command', command: `${term}.${at + 1}` }));
        const hardState = { currentTerm: terms.at(-1) ?? 0, votedFor: null };
        return [id, storedState(ids, hardState, entries)];
      }),
    );
    return { stored, committed: [] };
  }

  /** Tells the invariants what happened before the run. */
  #recall({ stored, committed }: Past): void {
    for (const [id, state] of stored) this.invariants.appended(id, 1, state.entries, new StoredImage(state));
    for (const [at, { entry, inTerm }] of committed.entries()) {
      this.invariants.applied(peerId('past'), at + 1, [entry], inTerm);
    }
  }

  #peer(id: PeerId, ids: readonly PeerId[], past: Past): SimulatedPeer {
    const { seed, election, electionOf, replication, machine = false, clockRates, statuses = false } = this.options;
    const { snapshotPieceBytes, work, priorities } = this.options;
    const priority = priorities?.[id];
    const clockRate = clockRates?.[id];
    const options = {
      id,
      election: { ...election, ...electionOf?.[id] },
      seed: String(seed),
      tellsStatuses: statuses,
      ...(replication === undefined ? {} : { replication }),
      ...(priority === undefined ? {} : { priority }),
      ...(clockRate === undefined ? {} : { clockRate }),
      ...(snapshotPieceBytes === undefined ? {} : { snapshotPieceBytes }),
      ...(work === undefined ? {} : { work }),
      ...(machine ? { machine: () => this.#machineOf(id) } : {}),
    };
    return new SimulatedPeer(
      options,
      machine ? this.#recordDisk(id, ids) : this.#bareDisk(id, ids, past),
      this.#world(),
    );
  }

  /** For one life. Each value that a client of the workload writes is written by one command. */
  #machineOf(peer: PeerId): AnyMachine {
    return new WatchedMachine(new KeyValueMachine(), (execution) => {
      try {
        this.invariants.executions.executed({ peer, ...execution }, this.workload !== undefined);
      } catch (error) {
        this.fail(error);
      }
    });
  }

  #bareDisk(id: PeerId, ids: readonly PeerId[], past: Past): SimulatedDisk {
    const stored = past.stored.get(id) ?? storedState(ids);
    const disk = new SimulatedDisk(this.clock, seededRandom(this.options.seed, `${id}/disk`), stored);
    disk.options = { ...QUICK_DISK, ...this.options.disk };
    return disk;
  }

  /** A spare founds nothing: it waits to be made a member. */
  #recordDisk(id: PeerId, ids: readonly PeerId[]): RecordDisk {
    const { seed, spares = 0 } = this.options;
    const founders = ids.slice(0, ids.length - spares);
    const voters = founders.includes(id) ? founders : undefined;
    const owner = { cluster: clusterId('simulation'), id, voters };
    const disk = new RecordDisk(this.clock, seededRandom(seed, `${id}/disk`), owner);
    disk.options = { ...QUICK_DISK, ...this.options.disk };
    return disk;
  }

  /** Leases presume that voters keep their promise to a leader, for the same time. */
  get #hasLeases(): boolean {
    const { election, electionOf } = this.options;
    return election.checkQuorum && electionOf === undefined;
  }

  #world(): SimulatedWorld {
    const { record, onEvent, onSend } = this.#listeners;
    const { clock, network, relay, invariants } = this;
    return {
      ...{ clock, network, relay, invariants },
      diskOf: (peer) => this.peers.get(peer)?.disk,
      onWrite: (peer) => this.onWrite(peer),
      onSend: (from, sent) => onSend?.(this.nowMs, from, sent),
      onEvent: (peer, event, messageId) => {
        if (record !== undefined)
          this.#record(`${peer} ${JSON.stringify(event)}${messageId === undefined ? '' : ` by ${messageId}`}`);
        onEvent?.(this.nowMs, peer, event);
        if (this.#hasLeases && event.type === 'roleChanged' && event.to === 'leader') {
          checkLeases(this.peer(peer), this.peers.values());
        }
      },
      onEnded: (peer, error) => {
        this.note(`${peer} ends by itself: ${error.message}`);
        try {
          this.onEnded(peer, error);
        } catch (failure) {
          this.fail(failure);
        }
      },
      fail: (error) => this.fail(error),
    };
  }
}
