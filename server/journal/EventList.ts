import type { JournalKind } from '../../shared/http/Journal.ts';
import { lowerBound } from '../../shared/lowerBound.ts';

/** A thing that is no frame, as the line that it will be. */
export interface EventNote {
  readonly seq: number;
  readonly kind: JournalKind;
  readonly line: string;
}

/** What stands behind a line's own text in memory, about: the object, the string's head, its place in the list. */
const OVERHEAD_BYTES = 120;
/** So many places of forgotten notes are cut off the list at a time; the notes themselves go at once. */
const CUT = 512;
/** Characters beyond these make a string of JavaScript take two bytes for each. */
const WIDE = /[\u0100-\uffff]/;

/** Notes in the order of their numbers, the newest of them as far as their bytes go. */
export class EventList {
  /** A note may be megabytes, so nothing that is forgotten may wait for the next cut. */
  readonly #notes: (EventNote | undefined)[] = [];
  /** Where those begin that are not forgotten. */
  #start = 0;
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  add(note: EventNote): void {
    this.#notes.push(note);
    this.#bytes += bytesOfNote(note);
  }

  /** The first whose number is above; undefined when there is none. */
  after(seq: number): EventNote | undefined {
    return this.#notes[this.#placeAfter(seq)];
  }

  /** How many have a number above. */
  countAfter(seq: number): number {
    return this.#notes.length - this.#placeAfter(seq);
  }

  /** @returns those that had to be forgotten, oldest first */
  trim(bytesMax: number): EventNote[] {
    const forgotten: EventNote[] = [];
    while (this.#bytes > bytesMax) {
      const oldest = this.#notes[this.#start];
      if (oldest === undefined) break;
      forgotten.push(oldest);
      this.#notes[this.#start] = undefined;
      this.#bytes -= bytesOfNote(oldest);
      this.#start += 1;
    }
    if (this.#start >= CUT) {
      this.#notes.splice(0, this.#start);
      this.#start = 0;
    }
    return forgotten;
  }

  #placeAfter(seq: number): number {
    return lowerBound(this.#start, this.#notes.length, (at) => (this.#notes[at]?.seq ?? 0) <= seq);
  }
}

/** About how much memory it takes. */
export function bytesOfNote({ line }: EventNote): number {
  return line.length * (WIDE.test(line) ? 2 : 1) + OVERHEAD_BYTES;
}
