import type { RaftEvent } from '../peer/raft/event.ts';
import type { ElectionOptions } from '../peer/raft/options.ts';
import { peerId, type PeerId } from '../shared/ids.ts';
import type { Entry } from '../shared/messages/Entry.ts';
import { seededRandom } from '../shared/random.ts';
import { type DiskOptions, QUICK_DISK, SimulatedDisk } from './Disk.ts';
import { Invariants } from './invariants.ts';
import { type FateListener, type NetworkOptions, RELIABLE_NETWORK, SimulatedNetwork } from './Network.ts';
import { emptyPast, type Past, randomPast, storedState } from './randomLogs.ts';
import { SimulatedPeer, type SentMessage } from './SimulatedPeer.ts';
import { SimulationFailure } from './SimulationFailure.ts';
import { VirtualClock } from './VirtualClock.ts';

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
  readonly entriesPerMessageMax?: number;
  /** Whether the peers tell statuses, as to a relay; it takes about as much time as all the rest. */
  readonly statuses?: boolean;
}

export interface SimulationListeners {
  /** Takes one line per thing that happens. Two runs of the same options give the same lines. */
  readonly record?: (line: string) => void;
  readonly onSend?: (atMs: number, from: PeerId, sent: SentMessage) => void;
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
  readonly invariants = new Invariants();
  readonly peers: ReadonlyMap<PeerId, SimulatedPeer>;
  /** Called when a peer has begun a write: where a crash hurts most. */
  onWrite: (peer: PeerId) => void = () => undefined;
  readonly #listeners: SimulationListeners;

  constructor(options: SimulationOptions, listeners: SimulationListeners = {}) {
    this.options = options;
    this.#listeners = listeners;
    const { seed } = options;
    this.network = new SimulatedNetwork(this.clock, seededRandom(seed, 'network'), this.#fateListener());
    this.network.options = { ...RELIABLE_NETWORK, ...options.network };
    const ids = Array.from({ length: options.peers }, (_, at) => peerId(`p${at + 1}`));
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

  /** Starts every peer, at the same moment. */
  start(): void {
    for (const peer of this.peers.values()) {
      this.note(`${peer.id} starts`);
      peer.start();
    }
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
  run(forMs: number): void {
    const untilMs = this.nowMs + forMs;
    this.#guard(() => this.clock.advanceTo(untilMs));
  }

  /**
   * Lets time pass until the condition holds, asked after each event.
   *
   * @param what the condition is, for the failure
   * @returns how long it took
   */
  runUntil(condition: () => boolean, withinMs: number, what: string): number {
    const startMs = this.nowMs;
    while (!condition()) {
      const nextAtMs = this.clock.nextAtMs();
      if (nextAtMs === undefined || nextAtMs > startMs + withinMs) {
        throw this.failure(`waited ${withinMs} ms in vain: ${what}`);
      }
      this.#guard(() => void this.clock.runNext());
    }
    return this.nowMs - startMs;
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
    this.#listeners.record?.(`${this.nowMs.toFixed(3)} ${what}`);
  }

  /** The failure of this run, with what replays it. */
  failure(message: string, cause?: unknown): SimulationFailure {
    const replay = JSON.stringify(this.options);
    return new SimulationFailure(
      `seed ${this.options.seed}, at ${this.nowMs.toFixed(3)} ms: ${message}\nreplay with ${replay}`,
      { cause, replay },
    );
  }

  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (error instanceof SimulationFailure && error.replay !== undefined) throw error;
      throw this.failure(error instanceof Error ? error.message : String(error), error);
    }
  }

  #fateListener(): FateListener | undefined {
    const { record, onFate } = this.#listeners;
    if (record === undefined) return onFate;
    return (from, to, id, message, fate) => {
      this.note(`${from}/${id} to ${to} ${message.type} ${fate}`);
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
    for (const [id, { entries }] of stored) this.invariants.appended(id, 1, entries, entries);
    for (const [at, { entry, inTerm }] of committed.entries()) {
      this.invariants.applied(peerId('past'), at + 1, [entry], inTerm);
    }
  }

  #peer(id: PeerId, voters: readonly PeerId[], past: Past): SimulatedPeer {
    const { seed, election, electionOf, entriesPerMessageMax } = this.options;
    const stored = past.stored.get(id) ?? storedState(voters);
    const disk = new SimulatedDisk(this.clock, seededRandom(seed, `${id}/disk`), stored);
    disk.options = { ...QUICK_DISK, ...this.options.disk };
    const { record, onEvent, onSend } = this.#listeners;
    return new SimulatedPeer(
      {
        id,
        election: { ...election, ...electionOf?.[id] },
        seed: String(seed),
        tellsStatuses: this.options.statuses ?? false,
        ...(entriesPerMessageMax === undefined ? {} : { entriesPerMessageMax }),
      },
      disk,
      {
        clock: this.clock,
        network: this.network,
        invariants: this.invariants,
        onWrite: (peer) => this.onWrite(peer),
        onSend: (from, sent) => onSend?.(this.nowMs, from, sent),
        onEvent: (peer, event, messageId) => {
          if (record !== undefined)
            this.note(`${peer} ${JSON.stringify(event)}${messageId === undefined ? '' : ` by ${messageId}`}`);
          onEvent?.(this.nowMs, peer, event);
        },
      },
    );
  }
}
