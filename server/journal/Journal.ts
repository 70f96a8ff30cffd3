import type { JournalKind } from '../../shared/http/Journal.ts';
import type { DropCause } from '../../shared/http/Traffic.ts';
import { lowerBound } from '../../shared/lowerBound.ts';
import { CHUNK_BYTES, FrameChunk, type FrameFate, type FrameNote, type NotedFrame } from './FrameChunk.ts';
import { lineOfNote } from './journalLines.ts';

/** A thing that is no frame, as the line that it will be. */
interface EventNote {
  readonly seq: number;
  readonly kind: JournalKind;
  readonly line: string;
}

/** A line of the journal, and its number. */
export interface NumberedLine {
  readonly seq: number;
  readonly text: string;
}

/** What stands behind a line's own text in memory, about: the object, the string's head, its place in the list. */
const EVENT_OVERHEAD_BYTES = 120;
/** Forgotten events are cut off the list this many at a time. */
const EVENTS_CUT = 512;

/**
 * What happened in one cluster, in one numbered order: every frame's fate, every change of the faults, every connection and
 * status. Frames and the rest have half of `bytesMax` each; the oldest are forgotten.
 */
export class Journal {
  readonly #nowMs: () => number;
  readonly #chunks: FrameChunk[] = [];
  readonly #events: EventNote[] = [];
  /** Where the events begin that are not forgotten. */
  #eventsStart = 0;
  #eventBytes = 0;
  /** The newest forgotten change of the faults: what was in force when the oldest remembered line was written. */
  #checkpoint: EventNote | undefined;
  #bytesMax: number;
  #seq = 0;
  #forgotten = 0;

  /** @param nowMs milliseconds since the Unix epoch, never going back */
  constructor(bytesMax: number, nowMs: () => number) {
    this.#bytesMax = bytesMax;
    this.#nowMs = nowMs;
  }

  get newestSeq(): number {
    return this.#seq;
  }

  get forgotten(): number {
    return this.#forgotten;
  }

  /** About how much memory it takes. */
  get bytes(): number {
    return this.#chunks.length * CHUNK_BYTES + this.#eventBytes;
  }

  /** Forgets what is beyond, at once. One chunk of frames stays in any case. */
  set bytesMax(bytesMax: number) {
    this.#bytesMax = bytesMax;
    this.#trimFrames();
    this.#trimEvents();
  }

  /** @param delaysMs how long its copies are to wait; see FrameNote */
  frame(
    frame: NotedFrame,
    fate: FrameFate,
    cause: DropCause | undefined,
    strikes = '',
    delaysMs?: number | readonly number[],
  ): void {
    this.#add(frame, { isArrival: false, fate, cause, strikes }, delaysMs);
  }

  /** What became of a copy that waited. @param cause of its loss; undefined when it was delivered */
  arrival(frame: NotedFrame, cause: DropCause | undefined, waitedMs: number): void {
    const fate = cause === undefined ? 'delivered' : 'dropped';
    this.#add(frame, { isArrival: true, fate, cause, strikes: '' }, waitedMs);
  }

  /** @param facts what the line says besides its kind, number and time */
  event(kind: Exclude<JournalKind, 'frame' | 'arrival'>, facts: object): void {
    this.#seq += 1;
    const line = JSON.stringify({ kind, seq: this.#seq, timeMs: this.#nowMs(), ...facts });
    this.#events.push({ seq: this.#seq, kind, line });
    this.#eventBytes += line.length + EVENT_OVERHEAD_BYTES;
    this.#trimEvents();
  }

  /**
   * The faults in force before the first line, unless none were, and then lines in the order of their numbers, as they are when they are asked for: one that is forgotten meanwhile is left out.
   * @param after only those whose number is above
   */
  *lines(after: number, kinds: ReadonlySet<JournalKind>): Generator<NumberedLine, void, undefined> {
    if (after === 0 && this.#checkpoint !== undefined && kinds.has('faults')) {
      yield { seq: this.#checkpoint.seq, text: this.#checkpoint.line };
    }
    const frames = this.#frameNotes(after, kinds);
    const events = this.#eventNotes(after, kinds);
    let frame = frames.next();
    let event = events.next();
    for (;;) {
      if (event.done !== true && (frame.done === true || event.value.seq < frame.value.seq)) {
        yield { seq: event.value.seq, text: event.value.line };
        event = events.next();
      } else if (frame.done !== true) {
        yield { seq: frame.value.seq, text: lineOfNote(frame.value) };
        frame = frames.next();
      } else return;
    }
  }

  #add(
    frame: NotedFrame,
    what: Pick<FrameNote, 'isArrival' | 'fate' | 'cause' | 'strikes'>,
    delaysMs: number | readonly number[] | undefined,
  ): void {
    this.#seq += 1;
    this.#openChunk().add(this.#seq, this.#nowMs(), frame, what, delaysMs);
  }

  #openChunk(): FrameChunk {
    const newest = this.#chunks.at(-1);
    if (newest !== undefined && !newest.isFull) return newest;
    const chunk = new FrameChunk();
    this.#chunks.push(chunk);
    this.#trimFrames();
    return chunk;
  }

  #trimFrames(): void {
    while (this.#chunks.length > 1 && this.#chunks.length * CHUNK_BYTES > this.#bytesMax / 2) {
      this.#forgotten += this.#chunks.shift()?.length ?? 0;
    }
  }

  #trimEvents(): void {
    while (this.#eventBytes > this.#bytesMax / 2) {
      const oldest = this.#events[this.#eventsStart];
      if (oldest === undefined) return;
      this.#eventBytes -= oldest.line.length + EVENT_OVERHEAD_BYTES;
      if (oldest.kind === 'faults') this.#checkpoint = oldest;
      this.#eventsStart += 1;
      this.#forgotten += 1;
    }
    if (this.#eventsStart < EVENTS_CUT) return;
    this.#events.splice(0, this.#eventsStart);
    this.#eventsStart = 0;
  }

  *#frameNotes(after: number, kinds: ReadonlySet<JournalKind>): Generator<FrameNote, void, undefined> {
    if (!kinds.has('frame') && !kinds.has('arrival')) return;
    let last = after;
    for (;;) {
      // Looked for anew each time: the oldest may have been forgotten since.
      const chunk = this.#chunks.find(({ newestSeq }) => newestSeq > last);
      if (chunk === undefined) return;
      for (let at = chunk.placeAfter(last); at < chunk.length; at += 1) {
        const note = chunk.note(at);
        last = note.seq;
        if (kinds.has(note.isArrival ? 'arrival' : 'frame')) yield note;
      }
    }
  }

  *#eventNotes(after: number, kinds: ReadonlySet<JournalKind>): Generator<EventNote, void, undefined> {
    let last = after;
    for (;;) {
      const isBefore = (at: number): boolean => (this.#events[at]?.seq ?? 0) <= last;
      const event = this.#events[lowerBound(this.#eventsStart, this.#events.length, isBefore)];
      if (event === undefined) return;
      last = event.seq;
      if (kinds.has(event.kind)) yield event;
    }
  }
}
