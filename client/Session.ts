import type { Operation } from '../shared/messages/ClientRequest.ts';

type SessionFields = NonNullable<Extract<Operation, { type: 'command' }>['session']>;

/** Further commands wait until older ones are answered: peers remember so many answers of a session and no more. */
export const WINDOW = 1_000;

/** Called once: with the number of the command that may begin, or undefined when the session is over. */
type Granted = (sequence: number | undefined) => void;

/** The numbers of one session: each command has its own, and the oldest ones that are answered for good are told along. */
export class Session {
  readonly id: string;
  readonly #openedIndex: number;
  #nextSequence = 1;
  #answeredThrough = 0;
  readonly #answered = new Set<number>();
  /** Commands that wait for a number, the oldest first. */
  readonly #waiting = new Set<Granted>();
  #isOver = false;

  /** @param openedIndex what opening it answered */
  constructor(id: string, openedIndex: number) {
    this.id = id;
    this.#openedIndex = openedIndex;
  }

  /** @returns the number of a command that may begin at once; undefined when it has to wait, or the session is over */
  take(): number | undefined {
    return this.#hasRoom ? this.#next() : undefined;
  }

  /** Waits for a number, which must be used or at least be `answered`. @returns how the wait is called off */
  wait(granted: Granted): () => void {
    const sequence = this.take();
    if (sequence !== undefined || this.#isOver) {
      granted(sequence);
      return () => undefined;
    }
    this.#waiting.add(granted);
    return () => void this.#waiting.delete(granted);
  }

  /** What a command says of its session; as new as possible each time it is sent. */
  fields(sequence: number): SessionFields {
    const answeredThrough = Math.min(this.#answeredThrough, sequence - 1);
    return { id: this.id, openedIndex: this.#openedIndex, sequence, answeredThrough };
  }

  /** The command will not be sent again. */
  answered(sequence: number): void {
    // Mostly they end in order, and nothing has to be remembered.
    if (sequence === this.#answeredThrough + 1) this.#answeredThrough = sequence;
    else this.#answered.add(sequence);
    while (this.#answered.delete(this.#answeredThrough + 1)) this.#answeredThrough += 1;
    // One for each number that became free: whoever is woken has its number already.
    for (const granted of this.#waiting) {
      if (!this.#hasRoom) return;
      this.#waiting.delete(granted);
      granted(this.#next());
    }
  }

  /** The peers do not know it any more, or will not: no further command begins in it. */
  end(): void {
    this.#isOver = true;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const granted of waiting) granted(undefined);
  }

  get #hasRoom(): boolean {
    return !this.#isOver && this.#nextSequence - this.#answeredThrough <= WINDOW;
  }

  #next(): number {
    const sequence = this.#nextSequence;
    this.#nextSequence += 1;
    return sequence;
  }
}
