import type { Clock } from '../../endpoint/ports/Clock.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import { peerId, type PeerId } from '../../shared/ids.ts';
import type { MemberChange, Operation } from '../../shared/messages/ClientRequest.ts';
import type { Status } from '../../shared/messages/Status.ts';
import { encodeCommand, type LoggedCommand } from '../machine/command.ts';
import { messageOf } from '../machine/messageOf.ts';
import { resultOf } from '../machine/resultOf.ts';
import { changeMembers } from './changeMembers.ts';
import { TimeSlices } from './TimeSlices.ts';
import type { Patience, Replica } from './Replica.ts';

type WithoutTime<Logged> = Logged extends LoggedCommand ? Omit<Logged, 'timeMs'> : never;

/** What may be asked of a peer, by the process that runs it and by clients alike. */
export class Operations {
  readonly #replica: Replica;
  readonly #clock: Clock;
  readonly #status: () => Status;
  readonly #hasMachine: boolean;
  readonly #slices = new TimeSlices();

  constructor(replica: Replica, clock: Clock, status: () => Status, hasMachine: boolean) {
    this.#replica = replica;
    this.#clock = clock;
    this.#status = status;
    this.#hasMachine = hasMachine;
  }

  /** @throws {WhitewaterError} as the methods below do */
  run(operation: Operation, patience: Patience): Promise<unknown> {
    switch (operation.type) {
      case 'openSession':
      case 'closeSession':
      case 'command':
        return this.propose(loggedCommandOf(operation), patience);
      case 'query':
        return this.#read(operation, patience);
      case 'changeMembers':
        return this.changeMembers(operation.change, patience);
      case 'transferLeadership':
        return this.transfer(operation.to, patience);
    }
  }

  /** @throws {WhitewaterError} as `Replica.propose` does, and `COMMAND_REFUSED`, `SESSION_EXPIRED` */
  propose(command: WithoutTime<LoggedCommand>, patience: Patience): Promise<unknown> {
    if (!this.#hasMachine) return Promise.reject(noMachine());
    const text = encodeCommand({ ...command, timeMs: Math.round(this.#clock.wallMs()) });
    // Not an async function: each put would pay for its promises.
    return this.#replica.propose(text, patience).then(resultOf);
  }

  /** @throws {WhitewaterError} as `Replica.read` does, and `COMMAND_REFUSED` when the machine refuses the query */
  async read(query: unknown, patience: Patience): Promise<unknown> {
    this.#needMachine();
    await this.#replica.caughtUp(patience);
    await this.#slices.turn();
    return this.#query(query);
  }

  readStale(query: unknown): unknown {
    this.#needMachine();
    return this.#query(query);
  }

  /** @throws {WhitewaterError} as `Replica.changeMembership` does */
  changeMembers(change: MemberChange, patience: Patience): Promise<void> {
    return changeMembers({ replica: this.#replica, clock: this.#clock, status: this.#status }, change, patience);
  }

  /** @throws {WhitewaterError} `NOT_LEADER`, `TIMED_OUT`, `MEMBERSHIP_REFUSED`; not definite: `OUTCOME_UNKNOWN` */
  async transfer(to: PeerId, patience: Patience): Promise<void> {
    await this.#replica.transfer(peerId(to), patience);
  }

  async #read({ query, consistency }: Extract<Operation, { type: 'query' }>, patience: Patience): Promise<unknown> {
    if (consistency === 'linearizable') return this.read(query, patience);
    await this.#slices.turn();
    return this.readStale(query);
  }

  #query(query: unknown): unknown {
    try {
      return this.#replica.query(query);
    } catch (error) {
      throw new WhitewaterError('COMMAND_REFUSED', messageOf(error));
    }
  }

  #needMachine(): void {
    if (!this.#hasMachine) throw noMachine();
  }
}

function noMachine(): WhitewaterError {
  return new WhitewaterError(
    'COMMAND_REFUSED',
    'this peer was started without a state machine: it elects leaders and nothing else',
  );
}

function loggedCommandOf(
  operation: Extract<Operation, { type: 'openSession' | 'closeSession' | 'command' }>,
): WithoutTime<LoggedCommand> {
  switch (operation.type) {
    case 'openSession':
      return { type: 'open', session: operation.session, timeToLiveMs: operation.timeToLiveMs };
    case 'closeSession':
      return { type: 'close', session: operation.session };
    case 'command': {
      const { session, command } = operation;
      if (session === undefined) return { type: 'plain', command };
      const { id, openedIndex, sequence, answeredThrough } = session;
      return { type: 'session', session: id, openedIndex, sequence, answeredThrough, command };
    }
  }
}
