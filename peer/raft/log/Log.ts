import type { Entry } from '../../../shared/messages/Entry.ts';
import { invariant } from '../invariant.ts';

/** A write of entries that is not known to be durable yet. */
interface Unsynced {
  readonly sequence: number;
  lastIndex: number;
}

/** The log in memory, with index arithmetic in one place. Indexes begin at 1; index 0 stands before the log, in term 0. */
export class Log {
  readonly #entries: Entry[];
  #durableIndex: number;
  #unsynced: Unsynced[] = [];

  /** @param entries what the store held, durable */
  constructor(entries: readonly Entry[]) {
    this.#entries = [...entries];
    this.#durableIndex = entries.length;
  }

  get lastIndex(): number {
    return this.#entries.length;
  }

  get lastTerm(): number {
    return this.termAt(this.lastIndex);
  }

  /** The last index that survives a crash. */
  get durableIndex(): number {
    return this.#durableIndex;
  }

  has(index: number): boolean {
    return index >= 0 && index <= this.lastIndex;
  }

  termAt(index: number): number {
    if (index === 0) return 0;
    const entry = this.#entries[index - 1];
    invariant(entry !== undefined, `the log has no entry ${index}: it ends at ${this.lastIndex}`);
    return entry.term;
  }

  firstIndexOfTermAt(index: number): number {
    const term = this.termAt(index);
    let first = index;
    while (first > 1 && this.termAt(first - 1) === term) first -= 1;
    return first;
  }

  /** The last index of a term at or below `atMost`; undefined when the log has no entry of it there. */
  lastIndexOfTerm(term: number, atMost: number): number | undefined {
    for (let index = Math.min(atMost, this.lastIndex); index > 0; index -= 1) {
      const found = this.termAt(index);
      if (found === term) return index;
      if (found < term) return undefined;
    }
    return undefined;
  }

  /** Entries from `fromIndex` on, `countMax` at the most. */
  slice(fromIndex: number, countMax: number): readonly Entry[] {
    return this.#entries.slice(fromIndex - 1, fromIndex - 1 + countMax);
  }

  /** Whether a log that ends so is at least as up to date as this one (paper, 5.4.1). */
  isUpToDate(lastLogTerm: number, lastLogIndex: number): boolean {
    if (lastLogTerm !== this.lastTerm) return lastLogTerm > this.lastTerm;
    return lastLogIndex >= this.lastIndex;
  }

  truncate(fromIndex: number): void {
    this.#entries.length = fromIndex - 1;
    this.#durableIndex = Math.min(this.#durableIndex, fromIndex - 1);
    for (const write of this.#unsynced) write.lastIndex = Math.min(write.lastIndex, fromIndex - 1);
  }

  /** @param sequence of the write that makes these entries durable */
  append(entries: readonly Entry[], sequence: number): void {
    for (const entry of entries) this.#entries.push(entry);
    this.#unsynced.push({ sequence, lastIndex: this.lastIndex });
  }

  /** Every write up to `sequence` is durable. */
  synced(sequence: number): void {
    while (this.#unsynced[0] !== undefined && this.#unsynced[0].sequence <= sequence) {
      this.#durableIndex = Math.max(this.#durableIndex, this.#unsynced[0].lastIndex);
      this.#unsynced.shift();
    }
  }
}
