import type { Operation } from '../shared/messages/ClientRequest.ts';

type SessionFields = NonNullable<Extract<Operation, { type: 'command' }>['session']>;

/** Further commands wait until older ones are answered: peers remember so many answers of a session and no more. */
const WINDOW = 1_000;

/** The numbers of one session: each command has its own, and the oldest ones that are answered for good are told along. */
export class Session {
  readonly id: string;
  #nextSequence = 1;
  #answeredThrough = 0;
  readonly #answered = new Set<number>();

  constructor(id: string) {
    this.id = id;
  }

  /** Whether another command may begin. */
  get isOpen(): boolean {
    return this.#nextSequence - this.#answeredThrough <= WINDOW;
  }

  next(): number {
    const sequence = this.#nextSequence;
    this.#nextSequence += 1;
    return sequence;
  }

  /** What a command says of its session; as new as possible each time it is sent. */
  fields(sequence: number): SessionFields {
    return { id: this.id, sequence, answeredThrough: Math.min(this.#answeredThrough, sequence - 1) };
  }

  /** The command will not be sent again. */
  answered(sequence: number): void {
    this.#answered.add(sequence);
    while (this.#answered.delete(this.#answeredThrough + 1)) this.#answeredThrough += 1;
  }
}
