import type { ClusterId, PeerId } from '../shared/ids.ts';
import type { Entry } from '../shared/messages/Entry.ts';
import type { DiskBacklog, Role, Status } from '../shared/messages/Status.ts';
import type { EndpointMessage, RaftMessage } from '../shared/protocol.ts';
import { SILENT_TRACE, type Trace, type TraceTopic } from '../shared/trace.ts';
import type { Application, ApplicationEffect } from './ports/Application.ts';
import { CommitTimes } from './CommitTimes.ts';
import { impossible, writeFailed } from './driverErrors.ts';
import type { Clock } from '../endpoint/ports/Clock.ts';
import { Deadline } from './Deadline.ts';
import { DurableStatus } from './DurableStatus.ts';
import type { Storage } from './ports/Storage.ts';
import type { Transport } from '../endpoint/ports/Transport.ts';
import type { Effect, Persist, Report } from './raft/effect.ts';
import type { RaftEvent, RoleChangeReason } from './raft/event.ts';
import type { Input } from './raft/input.ts';
import type { Raft } from './raft/Raft.ts';
import { StatusReporter } from './StatusReporter.ts';
import { detailsOf, topicOf } from './traceOf.ts';
import { WriteGate } from './WriteGate.ts';
import { WriteTimes } from './WriteTimes.ts';

/** Something that happened to a peer. What it tells is durable by the time it is told. */
export type DriverEvent =
  | {
      readonly type: 'roleChanged';
      readonly from: Role;
      readonly to: Role;
      readonly term: number;
      readonly reason: RoleChangeReason;
    }
  | { readonly type: 'termChanged'; readonly from: number; readonly to: number }
  | { readonly type: 'leaderChanged'; readonly leader: PeerId | null; readonly term: number }
  | { readonly type: 'committed'; readonly firstIndex: number; readonly entries: readonly Entry[] };

export interface DriverOptions {
  readonly cluster: ClusterId;
  readonly id: PeerId;
  readonly raft: Pick<Raft, 'step' | 'status' | 'leaseUntilMs'>;
  readonly storage: Storage;
  readonly transport: Transport;
  readonly clock: Clock;
  /** What is replicated. Without one committed entries count as applied when they are told. */
  readonly application?: Application;
  readonly trace?: Trace;
  /** The process, where there is one; for statuses. */
  readonly pid?: number;
}

/** None of them is called within a call of the driver's methods, but for `onEvent` within `start`. */
export interface DriverHandlers {
  onEvent(event: DriverEvent): void;
  onConnected(connected: boolean): void;
  /** This peer is about to tell another one to lead. Within a call of the core: it must not be given an input. */
  onHandingOver?(): void;
  /** The peer has stopped for good. */
  onFailed(error: Error): void;
}

export interface DriverCounters {
  /** Messages of ours, and events, that were dropped because too many waited for the store. */
  droppedHeld: number;
  /** Messages to us that were dropped because too much waited for the store. */
  ignoredBusy: number;
  writes: number;
}

/**
 * Runs one core: feeds it inputs one at a time, and carries out its effects in order. The only place where the core meets a
 * clock, a store and a network. It has no promise of its own, so that in virtual time two runs of a seed are the same.
 *
 * Durable before visible: a message leaves, and an event or a status is told, when what it reveals is in the store.
 */
export class Driver {
  readonly #options: DriverOptions;
  readonly #trace: Trace;
  readonly #handlers: DriverHandlers;
  readonly #gate: WriteGate;
  readonly #reporter: StatusReporter;
  readonly #startedAtMs: number;
  readonly #counters: DriverCounters = { droppedHeld: 0, ignoredBusy: 0, writes: 0 };
  /** The one that is being taken, and those that came meanwhile. */
  readonly #inputs: Input[] = [];
  #state: 'new' | 'running' | 'stopped' = 'new';

  readonly #durableStatus: DurableStatus;
  readonly #deadline: Deadline;
  readonly #writeTimes = new WriteTimes();
  readonly #commitTimes = new CommitTimes();
  /** The newest entry that was handed out and not reported back yet; 0 when there is none. */
  #handedOut = 0;

  constructor(options: DriverOptions, handlers: DriverHandlers) {
    const { clock, storage, transport } = options;
    this.#options = options;
    this.#trace = options.trace ?? SILENT_TRACE;
    this.#handlers = handlers;
    this.#startedAtMs = clock.nowMs();
    this.#durableStatus = new DurableStatus(() => this.#statusNow());
    this.#deadline = new Deadline(clock, (nowMs) => this.#feed({ type: 'deadline', nowMs }));
    this.#gate = new WriteGate(storage, {
      onWrite: (sequence, steps) => this.#writeBegins(sequence, steps),
      onDurable: (sequence) => this.#written(sequence),
      onFailed: (cause) => this.#fail(writeFailed(options.id, cause)),
    });
    this.#reporter = new StatusReporter(
      clock,
      () => this.status(),
      (status) => transport.sendStatus(status),
    );
  }

  start(): void {
    if (this.#state !== 'new') return;
    this.#state = 'running';
    this.#options.application?.start({
      feed: (input) => this.#feed({ ...input, nowMs: this.#nowMs() }),
      send: (to, id, message, after) => {
        if (after === 0) return this.#options.transport.send(to, id, message);
        this.#send(to, id, message, after);
        return true;
      },
      fail: (error) => this.#fail(error),
    });
    this.#feed({ type: 'start', nowMs: this.#nowMs() });
    // A peer that failed at once must not take its identity from one that lives.
    if (this.#isStopped()) return;
    this.#options.transport.start({
      onMessage: (from, id, message) => this.#received(from, id, message),
      onConnected: (connected) => this.#connected(connected),
      onTimeOut: () => this.#feed({ type: 'timeOut', nowMs: this.#nowMs() }),
      onFailed: (error) => this.#fail(error),
    });
  }

  /** At once: nothing is sent, written or told any more. The write under way may still come to its end in the store. */
  stop(): void {
    this.#state = 'stopped';
    this.#deadline.stop();
    this.#reporter.stop();
    this.#gate.stop();
    this.#options.application?.stop();
  }

  /**
   * The peer's account of itself. While a write is under way, as of a moment before of which everything is durable, but for what
   * the disk owes and how long commits take.
   */
  status(): Status {
    const status = this.#durableNow();
    const commits = status.role === 'leader' ? this.#commitTimes.account(this.#nowMs()) : undefined;
    return { ...status, disk: this.#diskNow(), ...(commits === undefined ? {} : { commits }) };
  }

  /** Whom this peer takes for the leader, as `status` says it. */
  leader(): PeerId | null {
    return this.#durableNow().leader;
  }

  /** Until when no other peer can lead, by this peer's clock; minus infinity while it does not lead. */
  leaseUntilMs(): number {
    return this.#options.raft.leaseUntilMs();
  }

  counters(): Readonly<DriverCounters> {
    return { ...this.#counters };
  }

  #received(from: PeerId, id: number, message: EndpointMessage): void {
    // Peers ask clients for nothing.
    if (message.type === 'ClientReply') return;
    if (message.type !== 'ClientRequest') this.#receivedFromPeer(from, id, message);
    else if (this.#state === 'running') this.#options.application?.receive(from, id, message.body);
  }

  #receivedFromPeer(from: PeerId, id: number, message: RaftMessage): void {
    if (this.#gate.isFull) {
      this.#counters.ignoredBusy += 1;
      this.#traced('frame', 'dropped', { cause: 'storeBusy', type: message.type, from }, `${from}/${id}`);
      return;
    }
    this.#feed({ type: 'message', nowMs: this.#nowMs(), from, id, message });
  }

  #connected(connected: boolean): void {
    if (this.#state !== 'running') return;
    this.#reporter.setConnected(connected);
    this.#handlers.onConnected(connected);
  }

  /** One input after the other, each to its end: whoever is told something may ask for something at once. */
  #feed(input: Input): void {
    this.#inputs.push(input);
    if (this.#inputs.length > 1) return;
    try {
      for (let next = this.#inputs[0]; next !== undefined; next = this.#inputs[0]) {
        this.#step(next);
        this.#inputs.shift();
      }
    } finally {
      this.#inputs.length = 0;
    }
  }

  #step(input: Input): void {
    if (this.#state !== 'running') return;
    let effects: readonly Effect[];
    try {
      effects = this.#options.raft.step(input);
    } catch (error) {
      this.#fail(impossible(this.#options.id, error));
      return;
    }
    // What waited for the write may be told now.
    let isUrgent = input.type === 'persisted';
    for (const effect of effects) {
      this.#carryOut(effect);
      if (effect.type === 'report' && isInStatus(effect.event)) {
        isUrgent = true;
        this.#durableStatus.factsChanged();
      }
      // Somebody who was told of an event may have stopped the peer.
      if (this.#isStopped()) return;
    }
    this.#gate.write();
    this.#reporter.changed(isUrgent);
    this.#reportApplied();
  }

  /** There is no state machine: what is handed out is applied. Not within the step that handed it out. */
  #reportApplied(): void {
    const index = this.#handedOut;
    if (index === 0) return;
    this.#handedOut = 0;
    this.#feed({ type: 'applied', nowMs: this.#nowMs(), index });
  }

  #carryOut(effect: Effect): void {
    switch (effect.type) {
      case 'persist':
        return this.#persist(effect);
      case 'send':
        // Its receiver may lead as soon as it has it.
        if (effect.message.type === 'TimeoutNow') this.#handlers.onHandingOver?.();
        return this.#send(effect.to, effect.id, effect.message, effect.after);
      case 'setDeadline':
        return this.#deadline.set(effect.atMs);
      case 'apply':
        this.#commitTimes.committed(effect.firstIndex + effect.entries.length - 1, this.#nowMs());
        this.#tell({ type: 'committed', firstIndex: effect.firstIndex, entries: effect.entries });
        return this.#applyWith(effect);
      case 'report':
        return this.#report(effect);
      case 'accepted':
        this.#commitTimes.taken(effect.index, this.#nowMs());
        return this.#applyWith(effect);
      case 'refused':
      case 'readReady':
      case 'transferred':
      case 'storeSnapshotChunk':
      case 'sendSnapshotChunk':
      case 'takeSnapshot':
      case 'restore':
        return this.#applyWith(effect);
      default:
        effect satisfies never;
    }
  }

  #persist({ sequence, steps }: Persist): void {
    this.#gate.issue(sequence, steps);
    const used = steps.findLast((step) => step.type === 'useSnapshot');
    if (used === undefined) return;
    this.#gate.after(sequence, () => this.#options.application?.snapshotInForce(used.snapshot), false);
  }

  #applyWith(effect: ApplicationEffect): void {
    const { application } = this.#options;
    if (application !== undefined) application.carryOut(effect);
    else if (effect.type === 'apply') this.#handedOut = effect.firstIndex + effect.entries.length - 1;
    // Without a state machine there is nobody to take it. The leader sends it again, as if it had been lost.
    else this.#traced('replication', 'unanswered', { effect: effect.type });
  }

  #send(to: PeerId, id: number, message: EndpointMessage, after: number): void {
    if (this.#gate.after(after, () => this.#options.transport.send(to, id, message))) return;
    this.#counters.droppedHeld += 1;
    this.#traced('frame', 'dropped', { cause: 'storeBusy', type: message.type, to }, `${this.#options.id}/${id}`);
  }

  #report({ event, messageId }: Report): void {
    const topic = topicOf(event);
    if (this.#trace.wants(topic)) this.#traced(topic, event.type, detailsOf(event), messageId);
    if (event.type === 'roleChanged' && event.from === 'leader') this.#commitTimes.forget();
    if (event.type === 'termChanged') this.#tell(event);
    else if (event.type === 'roleChanged' || event.type === 'leaderChanged') {
      this.#tell({ ...event, term: this.#options.raft.status(this.#nowMs()).term });
    }
  }

  #tell(event: DriverEvent): void {
    // A committed entry is told once and never again.
    const mayBeLost = event.type !== 'committed';
    const isHeld = this.#gate.after(this.#gate.issued, () => this.#handlers.onEvent(event), mayBeLost);
    if (!isHeld) this.#counters.droppedHeld += 1;
  }

  #writeBegins(sequence: number, steps: number): void {
    // Everything that was issued is in this write, so when it is done, the state as it is now is durable.
    const nowMs = this.#nowMs();
    this.#writeTimes.begins(nowMs);
    this.#durableStatus.writeBegins(nowMs);
    this.#counters.writes += 1;
    this.#traced('storage', 'writeStarted', { sequence, steps });
  }

  #written(sequence: number): void {
    this.#durableStatus.written();
    const tookMs = this.#writeTimes.ended(this.#nowMs());
    this.#traced('storage', 'written', { sequence, tookMs });
    this.#gate.release();
    this.#feed({ type: 'persisted', nowMs: this.#nowMs(), sequence });
  }

  #isStopped(): boolean {
    return this.#state === 'stopped';
  }

  #fail(error: Error): void {
    if (this.#isStopped()) return;
    this.stop();
    this.#handlers.onFailed(error);
  }

  #durableNow(): Status {
    return this.#durableStatus.status(this.#gate.isSettled);
  }

  #diskNow(): DiskBacklog {
    const nowMs = this.#nowMs();
    if (this.#gate.isSettled) return this.#writeTimes.backlog(0, nowMs);
    // Of this moment: how many entries there are reveals none of them.
    const { lastLogIndex, firstLogIndex, durableIndex } = this.#options.raft.status(nowMs);
    return this.#writeTimes.backlog(Math.max(0, lastLogIndex - Math.max(durableIndex, firstLogIndex - 1)), nowMs);
  }

  #statusNow(): Status {
    const { raft, storage, pid } = this.#options;
    const nowMs = this.#nowMs();
    return {
      ...raft.status(nowMs),
      storage: storage.kind,
      ...(pid === undefined ? {} : { pid }),
      uptimeMs: nowMs - this.#startedAtMs,
    };
  }

  #nowMs(): number {
    return this.#options.clock.nowMs();
  }

  #traced(topic: TraceTopic, event: string, details: Readonly<Record<string, unknown>>, messageId?: string): void {
    if (!this.#trace.wants(topic)) return;
    const { cluster, id: node, clock, raft } = this.#options;
    const { role, term, leader } = raft.status(clock.nowMs());
    const record = { timeMs: clock.wallMs(), cluster, node, topic, event, role, term, leader, details };
    this.#trace.write(messageId === undefined ? record : { ...record, messageId });
  }
}

/** Whether a status shows it, so that the next one should not wait. */
function isInStatus(event: RaftEvent): boolean {
  switch (event.type) {
    case 'roleChanged':
    case 'termChanged':
    case 'leaderChanged':
    case 'voteGranted':
    case 'voteReceived':
    case 'configurationChanged':
      return true;
    default:
      return false;
  }
}
