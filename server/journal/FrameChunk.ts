import { DROP_CAUSES, type DropCause } from '../../shared/http/Traffic.ts';
import { lowerBound } from '../../shared/lowerBound.ts';

/** A frame's own part of a note. */
export interface NotedFrame {
  readonly type: string;
  readonly from: string;
  readonly to: string;
  /** The sender's number. */
  readonly id: number;
  readonly bytes: number;
  /** The relay's number on the link. */
  readonly number: number;
  readonly epoch: number;
}

/** What the journal keeps of one frame, or of the arrival of one that waited. */
export interface FrameNote extends NotedFrame {
  readonly seq: number;
  readonly timeMs: number;
  readonly isArrival: boolean;
  readonly fate: FrameFate;
  readonly cause: DropCause | undefined;
  /** Of a frame: which rules struck it, such as `slow:delay`, separated by commas; empty for none. */
  readonly strikes: string;
  /**
   * Of a frame: how long its copies are to wait, -1 for as long as a rule holds them; of one that waited: how long it did.
   */
  readonly delaysMs: readonly number[];
}

export type FrameFate = 'delivered' | 'planned' | 'dropped';
const FATES: readonly FrameFate[] = ['delivered', 'planned', 'dropped'];

/** What a word takes besides its letters, and a list of delays besides its numbers, about: they stand in maps. */
const WORD_BYTES = 100;
/** Words and lists of one chunk, at most: a chunk with more of them is full. */
const EXTRA_BYTES_MAX = 262_144;

/** Notes in one chunk: what is forgotten at a time. */
export const CHUNK_NOTES = 2048;

/** Bytes of the columns of one chunk, about. */
export const CHUNK_BYTES = CHUNK_NOTES * (7 * 8 + 5 * 4 + 2);

const NO_DELAYS: readonly number[] = [];
const NO_CAUSE = DROP_CAUSES.length;

/**
 * Two thousand notes, as columns of numbers: writing one down costs about as much as counting it, and leaves nothing to
 * the garbage collector. Names and words are kept once for the chunk, so that a chunk can be forgotten as a whole.
 */
export class FrameChunk {
  readonly #seqs = new Float64Array(CHUNK_NOTES);
  readonly #timesMs = new Float64Array(CHUNK_NOTES);
  readonly #ids = new Float64Array(CHUNK_NOTES);
  readonly #numbers = new Float64Array(CHUNK_NOTES);
  readonly #epochs = new Float64Array(CHUNK_NOTES);
  readonly #delaysMs = new Float64Array(CHUNK_NOTES);
  readonly #bytes = new Float64Array(CHUNK_NOTES);
  readonly #types = new Uint32Array(CHUNK_NOTES);
  readonly #froms = new Uint32Array(CHUNK_NOTES);
  readonly #tos = new Uint32Array(CHUNK_NOTES);
  readonly #strikes = new Uint32Array(CHUNK_NOTES);
  readonly #fates = new Uint8Array(CHUNK_NOTES);
  readonly #causes = new Uint8Array(CHUNK_NOTES);
  readonly #words: string[] = [''];
  readonly #places = new Map<string, number>([['', 0]]);
  /** Of frames with several copies, which are rare: how long each is to wait. */
  readonly #manyDelays = new Map<number, readonly number[]>();
  #length = 0;
  #extraBytes = 0;

  get length(): number {
    return this.#length;
  }

  get isFull(): boolean {
    return this.#length === CHUNK_NOTES || this.#extraBytes > EXTRA_BYTES_MAX;
  }

  /** About how much memory it takes. */
  get bytes(): number {
    return CHUNK_BYTES + this.#extraBytes;
  }

  /** The number of the newest note; 0 when there is none. */
  get newestSeq(): number {
    return this.seqAt(this.#length - 1);
  }

  /** @param delaysMs as in FrameNote; undefined for a frame that does not wait */
  add(
    seq: number,
    timeMs: number,
    frame: NotedFrame,
    { isArrival, fate, cause, strikes }: Pick<FrameNote, 'isArrival' | 'fate' | 'cause' | 'strikes'>,
    delaysMs: number | readonly number[] | undefined,
  ): void {
    const at = this.#length;
    this.#length = at + 1;
    this.#seqs[at] = seq;
    this.#timesMs[at] = timeMs;
    this.#ids[at] = frame.id;
    this.#numbers[at] = frame.number;
    this.#epochs[at] = frame.epoch;
    this.#bytes[at] = frame.bytes;
    this.#types[at] = this.#placeOf(frame.type);
    this.#froms[at] = this.#placeOf(frame.from);
    this.#tos[at] = this.#placeOf(frame.to);
    this.#strikes[at] = this.#placeOf(strikes);
    this.#fates[at] = FATES.indexOf(fate) * 2 + (isArrival ? 1 : 0);
    this.#causes[at] = cause === undefined ? NO_CAUSE : DROP_CAUSES.indexOf(cause);
    if (typeof delaysMs === 'object') {
      this.#manyDelays.set(at, delaysMs);
      this.#extraBytes += WORD_BYTES + 8 * delaysMs.length;
    } else this.#delaysMs[at] = delaysMs ?? Number.NaN;
  }

  /** @param at from 0 to `length` - 1 */
  note(at: number): FrameNote {
    const fate = this.#fates[at] ?? 0;
    return {
      seq: this.#seqs[at] ?? 0,
      timeMs: this.#timesMs[at] ?? 0,
      isArrival: fate % 2 === 1,
      type: this.#wordAt(this.#types[at]),
      from: this.#wordAt(this.#froms[at]),
      to: this.#wordAt(this.#tos[at]),
      id: this.#ids[at] ?? 0,
      bytes: this.#bytes[at] ?? 0,
      number: this.#numbers[at] ?? 0,
      epoch: this.#epochs[at] ?? 0,
      fate: FATES[fate >> 1] ?? 'delivered',
      cause: DROP_CAUSES[this.#causes[at] ?? NO_CAUSE],
      strikes: this.#wordAt(this.#strikes[at]),
      delaysMs: this.#delaysOf(at),
    };
  }

  /** The place of the first note whose number is above. */
  placeAfter(seq: number): number {
    return lowerBound(0, this.#length, (at) => this.seqAt(at) <= seq);
  }

  seqAt(at: number): number {
    return this.#seqs[at] ?? 0;
  }

  #delaysOf(at: number): readonly number[] {
    const one = this.#delaysMs[at] ?? Number.NaN;
    return this.#manyDelays.get(at) ?? (Number.isNaN(one) ? NO_DELAYS : [one]);
  }

  #placeOf(word: string): number {
    const known = this.#places.get(word);
    if (known !== undefined) return known;
    const place = this.#words.length;
    this.#words.push(word);
    this.#places.set(word, place);
    this.#extraBytes += WORD_BYTES + 2 * word.length;
    return place;
  }

  #wordAt(place: number | undefined): string {
    return this.#words[place ?? 0] ?? '';
  }
}
