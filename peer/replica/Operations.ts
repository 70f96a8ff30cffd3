import type { Clock } from '../../endpoint/ports/Clock.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import { peerId, type PeerId } from '../../shared/ids.ts';
import type { MemberChange, Operation } from '../../shared/messages/ClientRequest.ts';
import type { Status } from '../../shared/messages/Status.ts';
import { encodeCommand, type LoggedCommand } from '../machine/command.ts';
import { messageOf } from '../machine/messageOf.ts';
import { failureOf } from '../machine/resultOf.ts';
import type { Outcome } from '../machine/Sessions.ts';
import { changeMembers } from './changeMembers.ts';
import type { Replica } from './Replica.ts';
import type { Patience } from './Wait.ts';
import type { Settle } from './Waiters.ts';

/** What may be asked of a peer, by the process that runs it and by clients alike. */
export class Operations {
  readonly #replica: Replica;
  readonly #clock: Clock;
  readonly #status: () => Status;
  readonly #hasMachine: boolean;

  constructor(replica: Replica, clock: Clock, status: () => Status, hasMachine: boolean) {
    this.#replica = replica;
    this.#clock = clock;
    this.#status = status;
    this.#hasMachine = hasMachine;
  }

  /** Carries out what a client asks for. Rejects as the methods below do. */
  carry(operation: Operation, patience: Patience, settle: Settle<unknown>): void {
    switch (operation.type) {
      case 'openSession':
      case 'closeSession':
      case 'command':
        return this.#submit(loggedCommandOf(operation, this.#timeMs()), patience, settle);
      case 'query':
        return tell(this.#read(operation, patience), settle);
      case 'changeMembers':
        return tell(this.changeMembers(operation.change, patience), settle);
      case 'transferLeadership':
        return tell(this.transfer(operation.to, patience), settle);
    }
  }

  /** @throws {WhitewaterError} as `Replica.propose` does, and `COMMAND_REFUSED`, `SESSION_EXPIRED` */
  propose(command: unknown, patience: Patience): Promise<unknown> {
    const logged: LoggedCommand = { type: 'plain', timeMs: this.#timeMs(), command };
    return new Promise((resolve, reject) => this.#submit(logged, patience, { resolve, reject }));
  }

  /** Without promises: a leader takes so many commands that each would pay for them. */
  #submit(logged: LoggedCommand, patience: Patience, settle: Settle<unknown>): void {
    if (!this.#hasMachine) return settle.reject(noMachine());
    this.#replica.submit(encodeCommand(logged), patience, new ResultSettle(settle));
  }

  #timeMs(): number {
    return Math.round(this.#clock.wallMs());
  }

  /** @throws {WhitewaterError} as `Replica.read` does */
  read(query: unknown, patience: Patience): Promise<unknown> {
    return this.#hasMachine ? this.#replica.read(query, patience) : Promise.reject(noMachine());
  }

  /** @throws {WhitewaterError} `COMMAND_REFUSED` when the machine refuses the query */
  readStale(query: unknown): unknown {
    if (!this.#hasMachine) throw noMachine();
    return this.#replica.query(query);
  }

  /** @throws {WhitewaterError} as `Replica.changeMembership` does */
  changeMembers(change: MemberChange, patience: Patience): Promise<void> {
    return changeMembers({ replica: this.#replica, clock: this.#clock, status: this.#status }, change, patience);
  }

  /** @throws {WhitewaterError} `NOT_LEADER`, `TIMED_OUT`, `MEMBERSHIP_REFUSED`; not definite: `OUTCOME_UNKNOWN` */
  async transfer(to: PeerId, patience: Patience): Promise<void> {
    await this.#replica.transfer(peerId(to), patience);
  }

  #read({ query, consistency }: Extract<Operation, { type: 'query' }>, patience: Patience): Promise<unknown> {
    if (consistency === 'linearizable') return this.read(query, patience);
    return this.#hasMachine ? this.#replica.readStale(query, patience) : Promise.reject(noMachine());
  }
}

/** Tells what a command's outcome comes to. */
class ResultSettle implements Settle<Outcome> {
  readonly #settle: Settle<unknown>;

  constructor(settle: Settle<unknown>) {
    this.#settle = settle;
  }

  resolve(outcome: Outcome): void {
    if (outcome.type === 'result') return this.#settle.resolve(outcome.result);
    this.#settle.reject(failureOf(outcome));
  }

  reject(error: Error): void {
    this.#settle.reject(error);
  }
}

function tell(promise: Promise<unknown>, settle: Settle<unknown>): void {
  promise.then(
    (value) => settle.resolve(value),
    (error: unknown) => settle.reject(error instanceof Error ? error : new Error(messageOf(error))),
  );
}

function noMachine(): WhitewaterError {
  return new WhitewaterError(
    'COMMAND_REFUSED',
    'this peer was started without a state machine: it elects leaders and nothing else',
  );
}

function loggedCommandOf(
  operation: Extract<Operation, { type: 'openSession' | 'closeSession' | 'command' }>,
  timeMs: number,
): LoggedCommand {
  switch (operation.type) {
    case 'openSession':
      return { type: 'open', timeMs, session: operation.session, timeToLiveMs: operation.timeToLiveMs };
    case 'closeSession':
      return { type: 'close', timeMs, session: operation.session };
    case 'command': {
      const { session, command } = operation;
      if (session === undefined) return { type: 'plain', timeMs, command };
      const { id, openedIndex, sequence, answeredThrough } = session;
      return { type: 'session', timeMs, session: id, openedIndex, sequence, answeredThrough, command };
    }
  }
}
