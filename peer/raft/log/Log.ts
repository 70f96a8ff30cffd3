import type { Entry } from '../../../shared/messages/Entry.ts';
import { invariant, violated } from '../invariant.ts';
import { type TermRun, TermRuns } from './TermRuns.ts';

/** A write of entries that is not known to be durable yet. */
interface Unsynced {
  readonly sequence: number;
  lastIndex: number;
}

/** What the entries begin behind: the last one that a snapshot made superfluous, or 0 and 0. */
export interface LogBase {
  readonly index: number;
  readonly term: number;
}

/**
 * The log in memory since its last compaction, with index arithmetic in one place. Indexes begin at 1.
 * What compaction took was committed and applied.
 */
export class Log {
  #base: LogBase;
  #entries: Entry[];
  #bytes: number;
  #durableIndex: number;
  #unsynced: Unsynced[] = [];
  readonly #runs = new TermRuns();

  /** @param entries what the store held behind `base`, durable */
  constructor(base: LogBase, entries: readonly Entry[]) {
    this.#base = base;
    this.#entries = [...entries];
    this.#bytes = bytesOf(entries);
    this.#durableIndex = this.lastIndex;
    this.#entries.forEach(({ term }, at) => this.#runs.appended(this.firstIndex + at, term));
  }

  get baseIndex(): number {
    return this.#base.index;
  }

  get baseTerm(): number {
    return this.#base.term;
  }

  get firstIndex(): number {
    return this.#base.index + 1;
  }

  get lastIndex(): number {
    return this.#base.index + this.#entries.length;
  }

  get lastTerm(): number {
    return this.termAt(this.lastIndex);
  }

  /** The last index that survives a crash. */
  get durableIndex(): number {
    return this.#durableIndex;
  }

  /** Of all entries held, in bytes, roughly as encoded. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The entries held by their terms: the newest runs, at most so many, oldest first. */
  newestRuns(countMax: number): TermRun[] {
    return this.#runs.newest(countMax);
  }

  /** Whether the term at `index` is known: it is the base, or an entry held. */
  has(index: number): boolean {
    return index >= this.#base.index && index <= this.lastIndex;
  }

  termAt(index: number): number {
    if (index === this.#base.index) return this.#base.term;
    return this.entryAt(index).term;
  }

  entryAt(index: number): Entry {
    const entry = this.#entries[index - this.firstIndex];
    if (entry === undefined) {
      return violated(`the log has no entry ${index}: it holds ${this.firstIndex} to ${this.lastIndex}`);
    }
    return entry;
  }

  firstIndexOfTermAt(index: number): number {
    const term = this.termAt(index);
    let first = index;
    while (first > this.firstIndex && this.termAt(first - 1) === term) first -= 1;
    return first;
  }

  /** The last index of a term; undefined when the log holds none of it. */
  lastIndexOfTerm(term: number): number | undefined {
    for (let index = this.lastIndex; index >= this.#base.index; index -= 1) {
      const found = this.termAt(index);
      if (found === term) return index;
      if (found < term) return undefined;
    }
    return undefined;
  }

  /** Entries from `fromIndex` on: as many as the bounds allow, but at least one if there is one. */
  slice(fromIndex: number, countMax: number, bytesMax: number): Entry[] {
    const entries: Entry[] = [];
    let bytes = 0;
    for (let index = fromIndex; index <= this.lastIndex && entries.length < countMax; index += 1) {
      const entry = this.entryAt(index);
      bytes += entryBytes(entry);
      if (bytes > bytesMax && entries.length > 0) break;
      entries.push(entry);
    }
    return entries;
  }

  /** Entries `fromIndex` to `toIndex`, both included. */
  range(fromIndex: number, toIndex: number): Entry[] {
    if (fromIndex < this.firstIndex || toIndex > this.lastIndex) {
      return violated(`the log lacks some of ${fromIndex} to ${toIndex}`);
    }
    return this.#entries.slice(fromIndex - this.firstIndex, toIndex - this.firstIndex + 1);
  }

  /** Whether a log that ends so is at least as up to date as this one (paper, 5.4.1). */
  isUpToDate(lastLogTerm: number, lastLogIndex: number): boolean {
    if (lastLogTerm !== this.lastTerm) return lastLogTerm > this.lastTerm;
    return lastLogIndex >= this.lastIndex;
  }

  truncate(fromIndex: number): void {
    invariant(fromIndex >= this.firstIndex, `cannot truncate at ${fromIndex}: the log begins at ${this.firstIndex}`);
    const removed = this.#entries.splice(fromIndex - this.firstIndex);
    this.#bytes -= bytesOf(removed);
    this.#runs.truncated(fromIndex);
    this.#durableIndex = Math.min(this.#durableIndex, fromIndex - 1);
    for (const write of this.#unsynced) write.lastIndex = Math.min(write.lastIndex, fromIndex - 1);
  }

  /** @param sequence of the write that makes these entries durable */
  append(entries: readonly Entry[], sequence: number): void {
    let index = this.lastIndex;
    for (const entry of entries) {
      index += 1;
      this.#runs.appended(index, entry.term);
      this.#entries.push(entry);
    }
    this.#bytes += bytesOf(entries);
    this.#unsynced.push({ sequence, lastIndex: this.lastIndex });
  }

  /** Forgets the entries up to `index`; the rest stays. @param sequence of the write that makes it durable */
  compact(index: number, sequence: number): void {
    invariant(this.has(index), `cannot compact to ${index}: the log holds ${this.firstIndex} to ${this.lastIndex}`);
    const term = this.termAt(index);
    const removed = this.#entries.splice(0, index - this.#base.index);
    this.#bytes -= bytesOf(removed);
    this.#base = { index, term };
    this.#runs.compacted(index, this.lastIndex);
    // They may still be on their way to the own disk: what is committed is durable elsewhere.
    if (this.#durableIndex < index) this.#unsynced.push({ sequence, lastIndex: index });
  }

  /** A snapshot takes the place of the whole log. @param sequence of the write that makes it durable */
  replace(base: LogBase, sequence: number): void {
    this.#base = base;
    this.#entries = [];
    this.#runs.cleared();
    this.#bytes = 0;
    // Until then a crash brings the former log back, which may agree with nothing.
    this.#durableIndex = 0;
    this.#unsynced = [{ sequence, lastIndex: base.index }];
  }

  /** Every write up to `sequence` is durable. */
  synced(sequence: number): void {
    let first = this.#unsynced[0];
    while (first !== undefined && first.sequence <= sequence) {
      this.#durableIndex = Math.max(this.#durableIndex, first.lastIndex);
      this.#unsynced.shift();
      first = this.#unsynced[0];
    }
  }
}

/** An entry's frame around its command, in bytes. */
const ENTRY_OVERHEAD_BYTES = 48;

/** Roughly what an entry takes when encoded. */
export function entryBytes(entry: Entry): number {
  switch (entry.type) {
    case 'command':
      return ENTRY_OVERHEAD_BYTES + entry.command.length;
    case 'noOp':
      return ENTRY_OVERHEAD_BYTES;
    case 'configuration':
      return ENTRY_OVERHEAD_BYTES + 16 * (entry.configuration.voters.length + entry.configuration.learners.length);
  }
}

/** Of all together, roughly as encoded. */
export function bytesOf(entries: readonly Entry[]): number {
  let bytes = 0;
  for (const entry of entries) bytes += entryBytes(entry);
  return bytes;
}
