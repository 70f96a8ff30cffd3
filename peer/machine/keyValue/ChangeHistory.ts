import { lowerBound } from '../../../shared/lowerBound.ts';
import type { KeyValueChange } from '../../../shared/keyValue.ts';

/** The newest changes, for watchers, in order of revision. Not replicated: a peer that restored a snapshot begins anew. */
export class ChangeHistory {
  readonly #countMax: number;
  readonly #charactersMax: number;
  #changes: KeyValueChange[] = [];
  /** Where the changes that are still remembered begin within the array: removal is amortised. */
  #first = 0;
  #characters = 0;
  #forgottenThrough = 0;

  constructor(countMax: number, charactersMax: number) {
    this.#countMax = countMax;
    this.#charactersMax = charactersMax;
  }

  add(change: KeyValueChange): void {
    this.#changes.push(change);
    this.#characters += sizeOf(change);
    while (this.#changes.length - this.#first > this.#countMax || this.#characters > this.#charactersMax)
      this.#forgetOldest();
    if (this.#first > this.#countMax) {
      this.#changes = this.#changes.slice(this.#first);
      this.#first = 0;
    }
  }

  /** Forgets all, up to and with `revision`. */
  reset(revision: number): void {
    this.#changes = [];
    this.#first = 0;
    this.#characters = 0;
    this.#forgottenThrough = revision;
  }

  /** @returns undefined when some of the changes after the revision are forgotten */
  after(revision: number): Iterable<KeyValueChange> | undefined {
    if (revision < this.#forgottenThrough) return undefined;
    return this.#changes.slice(this.#positionAfter(revision));
  }

  #positionAfter(revision: number): number {
    return lowerBound(
      this.#first,
      this.#changes.length,
      (at) => (this.#changes[at]?.revision ?? Number.POSITIVE_INFINITY) <= revision,
    );
  }

  #forgetOldest(): void {
    const oldest = this.#changes[this.#first];
    if (oldest === undefined) return;
    this.#first += 1;
    this.#characters -= sizeOf(oldest);
    this.#forgottenThrough = oldest.revision;
  }
}

function sizeOf(change: KeyValueChange): number {
  return change.key.length + (change.value?.length ?? 0) + 16;
}
