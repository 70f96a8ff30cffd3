import type { Timer } from '../peer/ports/Clock.ts';
import type { Effect, Persist, RaftEvent, Send, StorageStep } from '../peer/raft/effect.ts';
import type { Input } from '../peer/raft/input.ts';
import type { ElectionOptions } from '../peer/raft/options.ts';
import { Raft } from '../peer/raft/Raft.ts';
import type { RaftStatus } from '../peer/raft/status.ts';
import type { PeerId } from '../shared/ids.ts';
import type { Entry } from '../shared/messages/Entry.ts';
import { seededRandom } from '../shared/random.ts';
import type { SimulatedDisk } from './Disk.ts';
import type { Invariants } from './invariants.ts';
import type { SimulatedNetwork } from './Network.ts';
import { SimulationFailure } from './SimulationFailure.ts';
import type { VirtualClock } from './VirtualClock.ts';

/** The world as a simulated peer finds it. */
export interface SimulatedWorld {
  readonly clock: VirtualClock;
  readonly network: SimulatedNetwork;
  readonly invariants: Invariants;
  /** Called when a peer has begun a write. */
  readonly onWrite: (peer: PeerId) => void;
  readonly onSend: (from: PeerId, send: Send) => void;
  readonly onEvent: (peer: PeerId, event: RaftEvent, messageId: string | undefined) => void;
}

export interface SimulatedPeerOptions {
  readonly id: PeerId;
  readonly voters: readonly PeerId[];
  readonly election: ElectionOptions;
  readonly entriesPerMessageMax?: number;
  /** Names the peer's random choices. */
  readonly seed: string;
}

/** More than this many inputs waiting for a stopped process is a defect. */
const WAITING_MAX = 100_000;

/**
 * The real core over a simulated disk and network, through any number of lives.
 *
 * It carries out effects as the driver does: one write at a time, what is asked for meanwhile gathered into the next;
 * a message leaves when what it waits for is durable. A stopped process takes in nothing; when it goes on, what arrived
 * meanwhile comes before its timer.
 */
export class SimulatedPeer {
  readonly id: PeerId;
  readonly disk: SimulatedDisk;
  readonly #world: SimulatedWorld;
  readonly #options: SimulatedPeerOptions;
  #life = 0;
  #raft: Raft | undefined;
  #paused = false;
  #waiting: (() => void)[] = [];
  #queue: Persist[] = [];
  #isWriting = false;
  #durable = 0;
  #held: Send[] = [];
  #deadlineMs = Number.POSITIVE_INFINITY;
  #timer: Timer | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;
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
    return this.#raft !== undefined;
  }

  get isPaused(): boolean {
    return this.#paused;
  }

  /** Counts its starts, from 1. */
  get life(): number {
    return this.#life;
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

  /** @throws {SimulationFailure} when the peer is not up */
  status(): RaftStatus {
    if (this.#raft === undefined) throw new SimulationFailure(`${this.id} is not up`);
    return this.#raft.status(this.#world.clock.nowMs());
  }

  start(): void {
    if (this.#raft !== undefined) throw new SimulationFailure(`${this.id} is up already`);
    const { id, voters, election, entriesPerMessageMax, seed } = this.#options;
    this.#life += 1;
    const { hardState, entries } = this.disk.stored;
    const random = seededRandom(seed, `${id}/${this.#life}`);
    const bounds = entriesPerMessageMax === undefined ? {} : { entriesPerMessageMax };
    this.#raft = new Raft({ ...election, ...bounds, id, voters, random }, { hardState, entries });
    this.#log = [...entries];
    this.#role = 'follower';
    this.#term = hardState.currentTerm;
    this.#leader = null;
    this.#world.invariants.restarted(id, hardState);
    this.#world.network.attach(id, (from, frameId, message) =>
      this.#takeIn(() => this.#step({ type: 'message', nowMs: this.#nowMs, from, id: frameId, message })),
    );
    this.#step({ type: 'start', nowMs: this.#nowMs });
  }

  /** Loses everything but what is on disk; a write under way is done or lost. */
  crash(): void {
    if (this.#raft === undefined) return;
    this.#raft = undefined;
    this.#world.network.detach(this.id);
    this.disk.crash();
    this.#timer?.stop();
    this.#timer = undefined;
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    this.#deadlineMs = Number.POSITIVE_INFINITY;
    this.#queue = [];
    this.#isWriting = false;
    this.#durable = 0;
    this.#held = [];
    this.#paused = false;
    this.#waiting = [];
  }

  /** Stops the process where it is, as SIGSTOP does. */
  pause(): void {
    if (this.#raft !== undefined) this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    const { life } = this;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const input of waiting) if (this.#life === life && this.#raft !== undefined) input();
    this.#armTimer();
  }

  get #nowMs(): number {
    return this.#world.clock.nowMs();
  }

  #takeIn(input: () => void): void {
    if (!this.#paused) return input();
    if (this.#waiting.length === WAITING_MAX) throw new SimulationFailure(`${WAITING_MAX} inputs wait for ${this.id}`);
    this.#waiting.push(input);
  }

  #step(input: Input): void {
    if (this.#raft === undefined) return;
    const effects = this.#raft.step(input);
    // What happened is noted before what follows from it leaves.
    for (const effect of effects) if (effect.type === 'report') this.#note(effect.event, effect.messageId);
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: Effect): void {
    switch (effect.type) {
      case 'persist':
        this.#changeLog(effect.steps);
        this.#queue.push(effect);
        return this.#write();
      case 'send':
        if (effect.after > this.#durable) this.#held.push(effect);
        else this.#send(effect);
        return;
      case 'setDeadline':
        this.#deadlineMs = effect.atMs;
        return this.#armTimer();
      case 'apply':
        return this.#world.invariants.applied(this.id, effect.firstIndex, effect.entries, this.#term);
      case 'report':
        return;
    }
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
    if (event.type === 'termChanged') {
      if (event.from !== this.#term || event.to <= event.from) {
        throw new SimulationFailure(`${this.id} went from term ${this.#term} to ${event.to}`);
      }
      this.#term = event.to;
    }
    if (event.type === 'leaderChanged') this.#leader = event.leader;
    this.#world.onEvent(this.id, event, messageId);
    if (event.type === 'roleChanged' && event.to === 'leader') {
      this.#world.invariants.electedLeader(this.id, this.#life, this.#term, this.#log);
    }
  }

  /** One write at a time; what was asked for meanwhile goes into the next (group commit). */
  #write(): void {
    const newest = this.#queue.at(-1);
    if (this.#isWriting || newest === undefined) return;
    const steps = this.#queue.flatMap((persist) => persist.steps);
    this.#queue = [];
    this.#isWriting = true;
    const { life } = this;
    this.disk.write(steps, () =>
      this.#takeIn(() => {
        if (this.#life === life) this.#written(newest.sequence);
      }),
    );
    this.#world.onWrite(this.id);
  }

  #written(sequence: number): void {
    this.#isWriting = false;
    this.#durable = sequence;
    const free = this.#held.filter(({ after }) => after <= sequence);
    this.#held = this.#held.filter(({ after }) => after > sequence);
    for (const send of free) this.#send(send);
    this.#write();
    this.#step({ type: 'persisted', nowMs: this.#nowMs, sequence });
  }

  #send(send: Send): void {
    const { id, to, message } = send;
    this.#world.invariants.messageLeaves(this.id, to, message, this.disk);
    this.#world.onSend(this.id, send);
    this.#world.network.send(this.id, to, id, message);
  }

  /** A timer that is early asks again; so one that runs out before the deadline can stay as it is. */
  #armTimer(): void {
    if (this.#raft === undefined || this.#paused || this.#deadlineMs === Number.POSITIVE_INFINITY) return;
    if (this.#timer !== undefined && this.#timerAtMs <= this.#deadlineMs) return;
    this.#timer?.stop();
    this.#timerAtMs = this.#deadlineMs;
    this.#timer = this.#world.clock.setTimer(this.#deadlineMs, () => {
      this.#timer = undefined;
      this.#timerAtMs = Number.POSITIVE_INFINITY;
      if (this.#paused) return;
      if (this.#nowMs < this.#deadlineMs) return this.#armTimer();
      this.#deadlineMs = Number.POSITIVE_INFINITY;
      this.#step({ type: 'deadline', nowMs: this.#nowMs });
    });
  }
}
