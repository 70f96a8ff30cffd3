import type { Effect } from '../peer/raft/effect.ts';
import type { Input } from '../peer/raft/input.ts';
import type { PeerId } from '../shared/ids.ts';
import { SimulationFailure } from './SimulationFailure.ts';

/** A linearizable read sees all that was committed when it was asked for: of one life of a peer, its own reads and those of others. */
export class ReadRule {
  readonly #peer: PeerId;
  readonly #committedThrough: () => number;
  /** What was committed when each read came, by the peer's own number or by who asks. */
  readonly #floors = new Map<string, number>();

  /** @param committedThrough as anybody knows it */
  constructor(peer: PeerId, committedThrough: () => number) {
    this.#peer = peer;
    this.#committedThrough = committedThrough;
  }

  /** Before the step. */
  takes(input: Input): void {
    if (input.type === 'read') this.#asked(`${input.requestId}`);
    if (input.type !== 'message' || input.message.type !== 'ReadIndex') return;
    this.#asked(`${input.from}/${input.message.body.readId}`);
  }

  does(effect: Effect): void {
    if (effect.type === 'refused') this.#floors.delete(`${effect.requestId}`);
    if (effect.type === 'readReady') this.#answered(`${effect.requestId}`, effect.index);
    if (effect.type !== 'send' || effect.message.type !== 'ReadIndexReply') return;
    const { readId, readIndex } = effect.message.body;
    if (readIndex !== undefined) this.#answered(`${effect.to}/${readId}`, readIndex);
  }

  /** An answer to a double is one to the first copy as well. */
  #asked(read: string): void {
    if (!this.#floors.has(read)) this.#floors.set(read, this.#committedThrough());
  }

  #answered(read: string, index: number): void {
    const floor = this.#floors.get(read);
    if (floor === undefined)
      throw new SimulationFailure(`${this.#peer} answers the read ${read}, which nobody asked for`);
    if (index >= floor) return;
    throw new SimulationFailure(
      `a stale read: ${this.#peer} answers the read ${read} from ${index}, but ${floor} was committed when it came`,
    );
  }
}
