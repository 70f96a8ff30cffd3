import type { JournalKind } from '../../shared/http/Journal.ts';
import type { DropCause } from '../../shared/http/Traffic.ts';
import { bytesOfNote, EventList, type EventNote } from './EventList.ts';
import { FrameChunk, type FrameFate, type FrameNote, type NotedFrame } from './FrameChunk.ts';
import { lineOfNote } from './journalLines.ts';

/** A line of the journal, and its number. */
export interface NumberedLine {
  readonly seq: number;
  readonly text: string;
}

/** Kinds of lines without which the others cannot be understood. */
const CHANGES: ReadonlySet<JournalKind> = new Set(['faults', 'release']);

/** Of what a journal may take, frames have this share, and changes of the faults that one; all else has the rest. */
const FRAMES_SHARE = 1 / 2;
const FAULTS_SHARE = 1 / 8;

/**
 * What happened in one cluster, in one numbered order: every frame's fate, every change of the faults, every connection and
 * status. Each of the three has a share of `bytesMax`, and the oldest are forgotten. The faults that were in force when the oldest
 * frame that is left was judged are not.
 */
export class Journal {
  readonly #nowMs: () => number;
  readonly #chunks: FrameChunk[] = [];
  /** What changed the faults, and let frames go. */
  readonly #changes = new EventList();
  readonly #others = new EventList();
  /** The newest change of the faults that was forgotten. Nothing that happened before it is told. */
  #checkpoint: EventNote | undefined;
  #frameBytes = 0;
  #bytesMax: number;
  #seq = 0;

  /** @param nowMs milliseconds since the Unix epoch, never going back */
  constructor(bytesMax: number, nowMs: () => number) {
    this.#bytesMax = bytesMax;
    this.#nowMs = nowMs;
  }

  get newestSeq(): number {
    return this.#seq;
  }

  get forgotten(): number {
    return this.forgottenAfter(0);
  }

  /** Of the lines whose number is above, how many are not told any more. */
  forgottenAfter(after: number): number {
    const checkpoint = this.#checkpoint?.seq ?? 0;
    const from = Math.max(after, checkpoint);
    const frames = this.#chunks.reduce((count, chunk) => count + chunk.length - chunk.placeAfter(from), 0);
    const told = frames + this.#changes.countAfter(from) + this.#others.countAfter(from) + (after < checkpoint ? 1 : 0);
    return Math.max(0, this.#seq - after) - told;
  }

  /** About how much memory it takes. */
  get bytes(): number {
    return this.#frameBytes + this.#changes.bytes + this.#others.bytes + this.#checkpointBytes;
  }

  /** Forgets what is beyond, at once. One chunk of frames stays in any case. */
  set bytesMax(bytesMax: number) {
    this.#bytesMax = bytesMax;
    this.#trimFrames();
    this.#trimEvents();
  }

  /** @param delaysMs how long its copies are to wait; see FrameNote. @returns the number of the line */
  frame(
    frame: NotedFrame,
    fate: FrameFate,
    cause: DropCause | undefined,
    strikes = '',
    delaysMs?: number | readonly number[],
  ): number {
    this.#add(frame, { isArrival: false, fate, cause, strikes }, delaysMs);
    return this.#seq;
  }

  /** What became of a copy that waited. @param cause of its loss; undefined when it was delivered */
  arrival(frame: NotedFrame, cause: DropCause | undefined, waitedMs: number): void {
    const fate = cause === undefined ? 'delivered' : 'dropped';
    this.#add(frame, { isArrival: true, fate, cause, strikes: '' }, waitedMs);
  }

  /**
   * @param facts what the line says besides its kind, number and time
   * @returns the number of the line
   */
  event(kind: Exclude<JournalKind, 'frame' | 'arrival'>, facts: object): number {
    this.#seq += 1;
    const line = JSON.stringify({ kind, seq: this.#seq, timeMs: this.#nowMs(), ...facts });
    (CHANGES.has(kind) ? this.#changes : this.#others).add({ seq: this.#seq, kind, line });
    this.#trimEvents();
    return this.#seq;
  }

  /**
   * The faults in force before the first line, unless none were, and then lines in the order of their numbers, as they are when they are asked for: one that is forgotten meanwhile is left out.
   * @param after only those whose number is above
   */
  *lines(after: number, kinds: ReadonlySet<JournalKind>): Generator<NumberedLine, void, undefined> {
    const checkpoint = this.#checkpoint;
    if (checkpoint !== undefined && after < checkpoint.seq && kinds.has(checkpoint.kind)) {
      yield { seq: checkpoint.seq, text: checkpoint.line };
    }
    const from = Math.max(after, checkpoint?.seq ?? 0);
    const sources = [
      this.#frameLines(from, kinds),
      eventLines(this.#changes, from, kinds),
      eventLines(this.#others, from, kinds),
    ];
    const heads = sources.map((source) => source.next());
    for (;;) {
      let first: number | undefined;
      heads.forEach((head, at) => {
        const least = first === undefined ? undefined : heads[first];
        if (head.done !== true && (least === undefined || least.done === true || head.value.seq < least.value.seq))
          first = at;
      });
      const source = first === undefined ? undefined : sources[first];
      const head = first === undefined ? undefined : heads[first];
      if (first === undefined || source === undefined || head === undefined || head.done === true) return;
      yield head.value;
      heads[first] = source.next();
    }
  }

  #add(
    frame: NotedFrame,
    what: Pick<FrameNote, 'isArrival' | 'fate' | 'cause' | 'strikes'>,
    delaysMs: number | readonly number[] | undefined,
  ): void {
    this.#seq += 1;
    const chunk = this.#openChunk();
    const before = chunk.bytes;
    chunk.add(this.#seq, this.#nowMs(), frame, what, delaysMs);
    this.#frameBytes += chunk.bytes - before;
  }

  #openChunk(): FrameChunk {
    const newest = this.#chunks.at(-1);
    if (newest !== undefined && !newest.isFull) return newest;
    const chunk = new FrameChunk();
    this.#chunks.push(chunk);
    this.#frameBytes += chunk.bytes;
    this.#trimFrames();
    return chunk;
  }

  #trimFrames(): void {
    while (this.#chunks.length > 1 && this.#frameBytes > this.#bytesMax * FRAMES_SHARE) {
      const oldest = this.#chunks.shift();
      this.#frameBytes -= oldest?.bytes ?? 0;
    }
  }

  get #checkpointBytes(): number {
    return this.#checkpoint === undefined ? 0 : bytesOfNote(this.#checkpoint);
  }

  #trimEvents(): void {
    const changes = this.#changes.trim(this.#bytesMax * FAULTS_SHARE - this.#checkpointBytes);
    this.#others.trim(this.#bytesMax * (1 - FRAMES_SHARE - FAULTS_SHARE));
    this.#checkpoint = changes.findLast(({ kind }) => kind === 'faults') ?? this.#checkpoint;
  }

  *#frameLines(after: number, kinds: ReadonlySet<JournalKind>): Generator<NumberedLine, void, undefined> {
    if (!kinds.has('frame') && !kinds.has('arrival')) return;
    let last = after;
    for (;;) {
      // Looked for anew each time: the oldest may have been forgotten since.
      const chunk = this.#chunks.find(({ newestSeq }) => newestSeq > last);
      if (chunk === undefined) return;
      for (let at = chunk.placeAfter(last); at < chunk.length; at += 1) {
        const note = chunk.note(at);
        last = note.seq;
        if (kinds.has(note.isArrival ? 'arrival' : 'frame')) yield { seq: note.seq, text: lineOfNote(note) };
      }
    }
  }
}

function* eventLines(
  events: EventList,
  after: number,
  kinds: ReadonlySet<JournalKind>,
): Generator<NumberedLine, void, undefined> {
  for (let note = events.after(after); note !== undefined; note = events.after(note.seq)) {
    if (kinds.has(note.kind)) yield { seq: note.seq, text: note.line };
  }
}
