import { lowerBound } from '../../shared/lowerBound.ts';
import type { KeyValueChange } from '../../shared/keyValue.ts';

/** What a window may hold. The values of an answer that was read anyway, so one answer fits at least. */
const CHANGES_MAX = 4_096;
const CHARACTERS_MAX = 4_194_304;
/** One reader is told so many characters at a time: what a slow one holds is of this size, and of one value at most. */
const PART_CHARACTERS = 65_536;

/** Some changes in order, and the revision up to which there are no others. */
export interface TellableChanges {
  readonly changes: readonly KeyValueChange[];
  readonly throughRevision: number;
}

/**
 * The newest changes of a store: all those under a prefix, after one revision and through another. Whoever reads it keeps a
 * revision of its own as its place, so that a window is as large with a thousand readers as with one.
 */
export class ChangeWindow {
  readonly prefix: string;
  #afterRevision: number;
  #throughRevision: number;
  #changes: KeyValueChange[] = [];
  #characters = 0;

  /** Empty, and complete after this revision. */
  constructor(prefix: string, revision: number) {
    this.prefix = prefix;
    this.#afterRevision = revision;
    this.#throughRevision = revision;
  }

  get throughRevision(): number {
    return this.#throughRevision;
  }

  /** @param changes all those under the prefix from `throughRevision` on, through this revision */
  add(changes: readonly KeyValueChange[], throughRevision: number): void {
    for (const change of changes) {
      this.#changes.push(change);
      this.#characters += sizeOf(change);
    }
    this.#throughRevision = throughRevision;
    this.#forgetOldest();
  }

  /**
   * The next ones after a revision, under a prefix.
   * @returns undefined when this window does not hold all of them
   */
  after(revision: number, prefix: string): TellableChanges | undefined {
    if (revision < this.#afterRevision || !prefix.startsWith(this.prefix)) return undefined;
    // A watch may begin at a revision that the store has not reached.
    const throughRevision = Math.max(revision, this.#throughRevision);
    const changes: KeyValueChange[] = [];
    let characters = 0;
    for (let at = this.#positionAfter(revision); at < this.#changes.length; at += 1) {
      const change = this.#changes[at];
      if (change?.key.startsWith(prefix) !== true) continue;
      characters += sizeOf(change);
      if (changes.length > 0 && characters > PART_CHARACTERS) {
        return { changes, throughRevision: changes.at(-1)?.revision ?? revision };
      }
      changes.push(change);
    }
    return { changes, throughRevision };
  }

  #positionAfter(revision: number): number {
    const isBefore = (at: number): boolean => (this.#changes[at]?.revision ?? Number.POSITIVE_INFINITY) <= revision;
    return lowerBound(0, this.#changes.length, isBefore);
  }

  #forgetOldest(): void {
    let count = 0;
    while (this.#changes.length - count > CHANGES_MAX || this.#characters > CHARACTERS_MAX) {
      const oldest = this.#changes[count];
      if (oldest === undefined) break;
      count += 1;
      this.#characters -= sizeOf(oldest);
      this.#afterRevision = oldest.revision;
    }
    if (count > 0) this.#changes = this.#changes.slice(count);
  }
}

function sizeOf({ key, value }: KeyValueChange): number {
  return key.length + (value?.length ?? 0) + 16;
}
