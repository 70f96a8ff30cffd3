import type { PeerId } from '../shared/ids.ts';
import type { StoredImage } from './StoredImage.ts';

/** A leader of one term, and what its log held when it was elected. */
export class Reign {
  readonly peer: PeerId;
  readonly life: number;
  readonly term: number;
  readonly #baseIndex: number;
  readonly #terms: readonly number[];

  constructor(peer: PeerId, life: number, term: number, log: StoredImage) {
    this.peer = peer;
    this.life = life;
    this.term = term;
    this.#baseIndex = log.baseIndex;
    this.#terms = log.entries.map((entry) => entry.term);
  }

  /** What its log began behind was committed, and is in it too. */
  heldAtElection(index: number, term: number): boolean {
    return index <= this.#baseIndex || this.#terms[index - this.#baseIndex - 1] === term;
  }

  /** Of the entry at an index as this leader has it or will have it; undefined for what was in a snapshot when it was elected. */
  termAt(index: number): number | undefined {
    if (index <= this.#baseIndex) return undefined;
    // A leader only appends, and only entries of its own term (paper, section 5.3).
    return this.#terms[index - this.#baseIndex - 1] ?? this.term;
  }
}
