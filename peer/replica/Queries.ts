import type { Clock } from '../../endpoint/ports/Clock.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import { messageOf } from '../machine/messageOf.ts';
import type { ReplicatedMachine } from '../machine/ReplicatedMachine.ts';
import type { Applier } from './Applier.ts';
import { TimeSlices } from './TimeSlices.ts';
import type { Wait } from './Wait.ts';
import { WaitingReads } from './WaitingReads.ts';
import type { Settle } from './Waiters.ts';

/** Answers queries from the state machine: once it holds enough, and so that others have their turn. */
export class Queries {
  readonly #machine: Pick<ReplicatedMachine, 'query'>;
  readonly #applier: Pick<Applier, 'appliedIndex' | 'isRestoring'>;
  /** That may be answered once so much is applied. */
  readonly #reads = new WaitingReads();
  /** Whose turn has not come. */
  readonly #slices: TimeSlices;

  constructor(
    machine: Pick<ReplicatedMachine, 'query'>,
    applier: Pick<Applier, 'appliedIndex' | 'isRestoring'>,
    clock: Clock,
  ) {
    this.#slices = new TimeSlices(clock);
    this.#machine = machine;
    this.#applier = applier;
  }

  /** How many wait here. */
  get count(): number {
    return this.#reads.count + this.#slices.count;
  }

  /** @throws {WhitewaterError} `COMMAND_REFUSED`, when the machine refuses the query */
  query(query: unknown): unknown {
    try {
      return this.#machine.query(query);
    } catch (error) {
      throw new WhitewaterError('COMMAND_REFUSED', messageOf(error));
    }
  }

  /** Answers when its turn comes, from whatever the machine holds. */
  answerInTurn(query: unknown, wait: Wait<unknown>): void {
    this.#inTurn(wait, () => this.#answer(query, wait));
  }

  /** Answers from a machine that holds all up to the index. @param requestId that `forget` takes */
  answerBehind(requestId: number, index: number, query: unknown, wait: Wait<unknown>): void {
    this.whenApplied(requestId, index, {
      resolve: () =>
        this.#inTurn(wait, () => {
          // It may hold half of a state by now, and nobody asked for that.
          if (this.#applier.isRestoring) this.answerBehind(requestId, index, query, wait);
          else this.#answer(query, wait);
        }),
      reject: (error) => wait.reject(error),
    });
  }

  whenApplied(requestId: number, index: number, settle: Settle<null>): void {
    if (index <= this.#applier.appliedIndex && !this.#applier.isRestoring) settle.resolve(null);
    else this.#reads.add(requestId, index, settle);
  }

  /** The machine holds everything up to the index. */
  applied(index: number): void {
    this.#reads.applied(index);
  }

  /** Nobody waits for this one any more. */
  forget(requestId: number): void {
    this.#reads.forget(requestId);
  }

  stop(error: () => WhitewaterError): void {
    this.#reads.stop(error);
    this.#slices.stop(error);
  }

  #inTurn(wait: Wait<unknown>, run: () => void): void {
    this.#slices.add({ wait, run });
  }

  #answer(query: unknown, wait: Wait<unknown>): void {
    let answer: unknown;
    try {
      answer = this.query(query);
    } catch (error) {
      return wait.reject(error as WhitewaterError);
    }
    wait.resolve(answer);
  }
}
