import { WhitewaterError } from '../../shared/errors.ts';
import type { PeerId } from '../../shared/ids.ts';
import type { ClientRequest } from '../../shared/messages/ClientRequest.ts';
import type { ReplicatedMachine } from '../machine/ReplicatedMachine.ts';
import { resultOf } from '../machine/resultOf.ts';
import type { Outcome } from '../machine/Sessions.ts';
import type { Application, ApplicationEffect, ApplicationHost } from '../ports/Application.ts';
import type { Clock } from '../../endpoint/ports/Clock.ts';
import type { Logger } from '../../endpoint/ports/Logger.ts';
import type { SnapshotStore } from '../ports/SnapshotStore.ts';
import type { SnapshotMetadata } from '../raft/effect.ts';
import type { Proposal } from '../raft/input.ts';
import { fitsMessage, tooLarge } from './commandSize.ts';
import { ClientService, type ClientServiceOptions } from './ClientService.ts';
import { Applier } from './Applier.ts';
import { Expirations } from './Expirations.ts';
import { Queries } from './Queries.ts';
import { type CourierHandlers, SnapshotCourier } from './SnapshotCourier.ts';
import { reasonOf, Wait, type Patience, type Waiting } from './Wait.ts';
import { Waiters, type Settle } from './Waiters.ts';

export interface ReplicaOptions {
  /** Restored to `snapshot` already. */
  readonly machine: ReplicatedMachine;
  readonly snapshots: SnapshotStore;
  /** In force when the peer starts. */
  readonly snapshot: SnapshotMetadata | null;
  readonly leader: () => PeerId | null;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of a snapshot in one message, at the most; what suits every relay by default. */
  readonly snapshotPieceBytes?: number | undefined;
}

/** Requests that may wait at one time. */
const WAITING_MAX = 100_000;

/** A state machine that is replicated: gives it what is committed, keeps its snapshots, and answers who asks it something. */
export class Replica implements Application {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #leader: () => PeerId | null;
  readonly #machine: ReplicatedMachine;
  readonly #waiters: Waiters;
  readonly #expirations: Expirations;
  readonly #waiting: Waiting;
  readonly #applier: Applier;
  readonly #courier: SnapshotCourier;
  readonly #queries: Queries;
  /** Proposals of this turn: they go into the log together. */
  #gathered: Proposal[] = [];
  #host: ApplicationHost | undefined;
  #clients: ClientService | undefined;
  #repliesSent = 0;

  constructor({ machine, snapshots, snapshot, leader, clock, logger, snapshotPieceBytes }: ReplicaOptions) {
    this.#clock = clock;
    this.#logger = logger;
    this.#leader = leader;
    this.#machine = machine;
    this.#waiters = new Waiters(leader);
    this.#expirations = new Expirations(clock);
    this.#waiting = {
      expirations: this.#expirations,
      forget: (requestId) => {
        this.#queries.forget(requestId);
        return this.#waiters.forget(requestId);
      },
    };
    this.#applier = new Applier(machine, snapshots, clock, snapshot?.index ?? 0, {
      onOutcome: (index, term, outcome) => this.#applied(index, term, outcome),
      onApplied: (index) => this.#host?.feed({ type: 'applied', index }),
      onRestored: (index) => this.#restored(index),
      onSnapshotTaken: (index, bytes, error) => this.#snapshotTaken(index, bytes, error),
      onFailed: (error) => this.#host?.fail(error),
    });
    this.#queries = new Queries(machine, this.#applier, clock);
    const courierHandlers: CourierHandlers = {
      onPiece: ({ to, id, after }, body) => this.#host?.send(to, id, { type: 'InstallSnapshot', body }, after),
      onStored: (input) => this.#host?.feed(input),
      onFailed: (error) => logger.warn(`a piece of a snapshot could not be read or stored: ${error.message}`),
    };
    this.#courier = new SnapshotCourier(snapshots, snapshot, courierHandlers, snapshotPieceBytes);
  }

  /** Whether the peer has stopped, or not begun. */
  get isStopped(): boolean {
    return this.#host === undefined;
  }

  start(host: ApplicationHost): void {
    this.#host = host;
  }

  /** From now on requests of clients to this process of the peer are carried out in this way; before, they are lost. */
  serve({ id, instance, carry }: Pick<ClientServiceOptions, 'id' | 'instance' | 'carry'>): void {
    this.#clients = new ClientService({
      ...{ id, instance, carry, leader: this.#leader, clock: this.#clock, logger: this.#logger },
      send: (to, body) => {
        this.#repliesSent += 1;
        // What is told was committed, so a majority has it on disk.
        return this.#host?.send(to, this.#repliesSent, { type: 'ClientReply', body }, 0) ?? true;
      },
    });
  }

  receive(from: PeerId, frameId: number, request: ClientRequest): void {
    this.#clients?.receive(from, frameId, request);
  }

  stop(): void {
    this.#host = undefined;
    this.#applier.stop();
    this.#clients?.stop();
    void this.#courier.stop();
    this.#gathered = [];
    this.#waiters.stop();
    this.#queries.stop(stopped);
    this.#expirations.stop();
  }

  carryOut(effect: ApplicationEffect): void {
    switch (effect.type) {
      case 'apply':
        return this.#applier.apply(effect.firstIndex, effect.entries);
      case 'accepted':
        return this.#waiters.accepted(effect);
      case 'refused':
        return this.#waiters.refused(effect);
      case 'readReady':
        return this.#waiters.readReady(effect);
      case 'transferred':
        return this.#waiters.transferred(effect.requestId);
      case 'takeSnapshot':
        return this.#applier.takeSnapshot();
      case 'sendSnapshotChunk':
        return this.#courier.send(effect);
      case 'storeSnapshotChunk':
        return this.#courier.store(effect);
      case 'restore':
        return this.#applier.restore(effect.snapshot.index);
      default:
        effect satisfies never;
    }
  }

  snapshotInForce(snapshot: SnapshotMetadata): void {
    this.#courier.use(snapshot);
  }

  /**
   * Puts a command's text into the log, if this peer leads.
   * @returns what came of it once it was applied here
   * @throws {WhitewaterError} `NOT_LEADER`, `OVERLOADED`, `PROPOSAL_LOST`, `TIMED_OUT`, `PEER_STOPPED`, `COMMAND_TOO_LARGE`: it
   *   will not happen;
   *   `OUTCOME_UNKNOWN`: it may
   */
  propose(command: string, patience: Patience = {}): Promise<Outcome> {
    return new Promise((resolve, reject) => this.submit(command, patience, { resolve, reject }));
  }

  /** As `propose`, for whoever has so many that a promise for each would cost as much as the rest. */
  submit(command: string, patience: Patience, settle: Settle<Outcome>): void {
    if (!fitsMessage(command)) return settle.reject(tooLarge());
    const wait = this.#waitFor(patience, settle);
    if (wait === undefined) return;
    wait.requestId = this.#waiters.proposal(wait);
    if (this.#gathered.length === 0) this.#clock.soon(() => this.#propose());
    this.#gathered.push({ requestId: wait.requestId, command });
  }

  /**
   * Waits until the machine holds all that was committed at some moment between call and return (ReadIndex).
   * @throws {WhitewaterError} `NOT_LEADER`, `OVERLOADED`, `TIMED_OUT`, `PEER_STOPPED`
   */
  async caughtUp(patience: Patience = {}): Promise<void> {
    await this.#ask<null>(patience, (settle) => {
      const resolve = (index: number): void => this.#queries.whenApplied(requestId, index, settle);
      const requestId = this.#waiters.read({ resolve, reject: (error) => settle.reject(error) });
      this.#feed({ type: 'read', requestId });
      return requestId;
    });
  }

  /**
   * Reads what the machine holds of all that was committed at some moment between call and return.
   * @throws {WhitewaterError} as `caughtUp` does, and `COMMAND_REFUSED` when the machine refuses the query
   */
  read(query: unknown, patience: Patience = {}): Promise<unknown> {
    return this.#ask<unknown>(patience, (wait) => {
      const requestId = this.#waiters.read({
        resolve: (index) => this.#queries.answerBehind(requestId, index, query, wait),
        reject: (error) => wait.reject(error),
      });
      this.#feed({ type: 'read', requestId });
      return requestId;
    });
  }

  /** Reads what this peer holds, which may be old, when its turn comes. @throws as `read` does */
  readStale(query: unknown, patience: Patience = {}): Promise<unknown> {
    return this.#ask<unknown>(patience, (wait) => {
      this.#queries.answerInTurn(query, wait);
      return 0;
    });
  }

  /** All that is replicated, sessions too, as a snapshot of now holds it: for whoever holds replicas against each other. */
  state(): Iterable<unknown> {
    return this.#machine.snapshot();
  }

  /** As `readStale`, at once. */
  query(query: unknown): unknown {
    return this.#queries.query(query);
  }

  /**
   * Begins a change of members: puts the joint configuration into the log.
   * @returns its index, once it is committed; the second half follows by itself, whoever leads
   * @throws {WhitewaterError} as `propose` does, and `MEMBERSHIP_REFUSED`
   */
  async changeMembership(
    voters: readonly PeerId[],
    learners: readonly PeerId[],
    patience: Patience = {},
  ): Promise<number> {
    const outcome = await this.#ask<Outcome>(patience, (settle) => {
      const requestId = this.#waiters.proposal(settle);
      this.#feed({ type: 'changeMembership', requestId, voters, learners });
      return requestId;
    });
    return resultOf(outcome) as number;
  }

  /** @throws {WhitewaterError} `NOT_LEADER`, `TIMED_OUT`, `MEMBERSHIP_REFUSED` */
  async transfer(to: PeerId, patience: Patience = {}): Promise<void> {
    await this.#ask<null>(patience, (settle) => {
      const requestId = this.#waiters.transfer(settle);
      this.#feed({ type: 'transfer', requestId, to });
      return requestId;
    });
  }

  stepDown(): void {
    this.#feed({ type: 'stepDown' });
  }

  #feed(input: Parameters<ApplicationHost['feed']>[0]): void {
    this.#host?.feed(input);
  }

  #propose(): void {
    const proposals = this.#gathered;
    this.#gathered = [];
    this.#feed({ type: 'propose', proposals });
  }

  /** @param begin makes the request, and returns its number */
  #ask<Value>(patience: Patience, begin: (wait: Wait<Value>) => number): Promise<Value> {
    return new Promise((resolve, reject) => {
      const wait = this.#waitFor<Value>(patience, { resolve, reject });
      if (wait !== undefined) wait.requestId = begin(wait);
    });
  }

  /** @returns undefined when there is nothing to wait for: the request is refused already */
  #waitFor<Value>(patience: Patience, settle: Settle<Value>): Wait<Value> | undefined {
    if (this.#host === undefined) settle.reject(stopped());
    else if (patience.signal?.aborted === true) settle.reject(reasonOf(patience.signal));
    else if (this.#waiters.count + this.#queries.count >= WAITING_MAX) settle.reject(tooMany());
    else return new Wait(this.#waiting, patience, settle);
    return undefined;
  }

  #applied(index: number, term: number, outcome: Outcome | undefined): void {
    if (this.#waiters.has(index)) this.#waiters.applied(index, term, outcome ?? { type: 'result', result: index });
    this.#queries.applied(index);
  }

  #restored(index: number): void {
    this.#waiters.skipped(index);
    this.#queries.applied(index);
    this.#feed({ type: 'applied', index });
  }

  #snapshotTaken(index: number, bytes: number, error: Error | undefined): void {
    if (error !== undefined)
      this.#logger.error(
        'a snapshot could not be stored: check the free space of the data directory. The peer goes on, and tries again while ' +
          'its log grows',
        { error },
      );
    this.#feed({ type: 'snapshotTaken', index, bytes });
  }
}

function stopped(): WhitewaterError {
  return new WhitewaterError('PEER_STOPPED', 'the peer stopped before it did anything about it');
}

function tooMany(): WhitewaterError {
  return new WhitewaterError('OVERLOADED', `${WAITING_MAX} requests wait already: try again more slowly`);
}
