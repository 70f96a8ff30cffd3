import { WhitewaterError } from '../../shared/errors.ts';
import type { ApplyContext, StateMachine } from '../ports/StateMachine.ts';
import { decodeCommand, type CommandText, type LoggedCommand } from './command.ts';
import { messageOf } from './messageOf.ts';
import { ownOutcome } from './ownOutcome.ts';
import { Sessions, type Outcome, type SessionRecord } from './Sessions.ts';

/** A user's state machine, whatever its types; commands and results are JSON values that only it understands. */
export type AnyMachine = StateMachine<unknown, unknown, unknown, unknown>;

/** First record of every snapshot. */
interface Header {
  readonly format: 1;
  readonly timeMs: number;
  readonly sessions: number;
}

/** The user's state machine, with sessions and replicated time around it: all that is replicated. */
export class ReplicatedMachine {
  readonly #machine: AnyMachine;
  readonly #sessions = new Sessions();
  #timeMs = 0;

  constructor(machine: AnyMachine) {
    this.#machine = machine;
  }

  /** The newest replicated time. */
  get timeMs(): number {
    return this.#timeMs;
  }

  apply(text: CommandText, index: number, term: number): Outcome {
    const logged = decodeCommand(text);
    if (logged === undefined) {
      // To pass over what others apply would be another state than theirs, without a word.
      const message = `entry ${index} holds a command that this version of Whitewater does not know: use the version that wrote it`;
      throw new WhitewaterError('STORE_UNREADABLE', message);
    }
    this.#timeMs = Math.max(this.#timeMs, logged.timeMs);
    return this.#run(logged, { index, term, timeMs: this.#timeMs });
  }

  query(query: unknown): unknown {
    return this.#machine.query(query);
  }

  /** The state as of now; commands applied while the records are drawn do not show in them. */
  snapshot(): Iterable<unknown> {
    const { count, records } = this.#sessions.records();
    const header: Header = { format: 1, timeMs: this.#timeMs, sessions: count };
    const state = this.#machine.snapshot();
    return concatenate([header], records, this.#machine.snapshotIsCopy === true ? state : [...state]);
  }

  /** @throws {Error} when the records are not a snapshot's */
  async restore(records: AsyncIterable<unknown>): Promise<void> {
    const iterator: AsyncIterator<unknown, unknown> = records[Symbol.asyncIterator]();
    const header = (await iterator.next()).value as Header | undefined;
    if (header?.format !== 1) {
      const message = 'the snapshot is not of this version of Whitewater: use the version that wrote it';
      throw new WhitewaterError('STORE_UNREADABLE', message);
    }
    this.#sessions.clear();
    for (let count = 0; count < header.sessions; count += 1) {
      const { value, done } = await iterator.next();
      if (done === true) throw new Error('the snapshot ends within its sessions');
      this.#sessions.restore(value as SessionRecord);
    }
    this.#timeMs = header.timeMs;
    await this.#machine.restore(rest(iterator));
  }

  #run(logged: LoggedCommand, context: ApplyContext): Outcome {
    switch (logged.type) {
      case 'open':
        return this.#sessions.open(logged.session, logged.timeToLiveMs, context.index, context.timeMs);
      case 'close':
        return this.#sessions.close(logged.session);
      case 'session':
        return this.#sessions.run(logged, context.timeMs, () => this.#applyToMachine(logged.command, context));
      case 'plain':
        return ownOutcome(this.#applyToMachine(logged.command, context));
    }
  }

  #applyToMachine(command: unknown, context: ApplyContext): Outcome {
    try {
      const result = this.#machine.apply(command, context);
      return result instanceof Promise ? asynchronous(result) : { type: 'result', result };
    } catch (error) {
      return { type: 'failed', message: messageOf(error) };
    }
  }
}

/** A promise would be kept at different moments on different replicas. */
function asynchronous(result: Promise<unknown>): Outcome {
  result.catch(() => undefined);
  return { type: 'resultNotJson', message: 'the state machine gave a promise: apply must not be asynchronous' };
}

async function* rest(iterator: AsyncIterator<unknown, unknown>): AsyncGenerator {
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
}

function* concatenate(...parts: Iterable<unknown>[]): Generator {
  for (const part of parts) yield* part;
}
