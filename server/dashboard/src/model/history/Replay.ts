import type { LiveFrames } from '../../../../../shared/http/Frames.ts';
import type { Picture } from '../Picture.ts';
import { reduce } from '../reduce.ts';
import type { Chunk, Entry } from './Chunk.ts';
import { type FeedHistory } from './FeedHistory.ts';

/** The next chunk is inflated when so little of one is left, at normal speed. */
const AHEAD_MS = 2000;

/** A place in a history that moves on with the time that is drawn. */
export class Replay {
  readonly #history: FeedHistory;
  #chunk: Chunk | null = null;
  #entries: readonly Entry[] = [];
  #index = 0;
  #picture: Picture | null = null;
  /** Grows with each seek: one that is overtaken is given up. */
  #round = 0;
  #isLoading = false;

  constructor(history: FeedHistory) {
    this.#history = history;
  }

  /** Goes to a time. @returns the picture there, or `overtaken` when another seek began meanwhile */
  async seek(atMs: number): Promise<Picture | null | 'overtaken'> {
    const round = ++this.#round;
    const chunk = this.#history.chunkAt(atMs);
    if (chunk === null) return null;
    const entries = await this.#history.entriesOf(chunk);
    if (round !== this.#round) return 'overtaken';
    this.#enter(chunk, entries, chunk.before());
    this.advance(atMs, () => undefined, 0);
    return this.#picture;
  }

  /**
   * Goes on to a later time, as far as it is inflated; the rest comes with the next call.
   * @param onFrames gets the `frames` messages that are passed
   */
  advance(toMs: number, onFrames: (frames: LiveFrames) => void, speed: number): Picture | null {
    for (;;) {
      const entry = this.#entries[this.#index];
      if (entry === undefined || entry.atMs > toMs) break;
      this.#index += 1;
      if (entry.message.type === 'frames') onFrames(entry.message);
      else this.#picture = reduce(this.#picture, entry.message, entry.receivedAtMs);
    }
    this.#lookAhead(toMs + AHEAD_MS * speed);
    return this.#picture;
  }

  /** Where the entries end: the open chunk may have grown, or another one follows. */
  #lookAhead(untilMs: number): void {
    const chunk = this.#chunk;
    if (chunk === null || this.#isLoading) return;
    const isAtEnd = this.#index >= this.#entries.length;
    if (isAtEnd && this.#entries.length < chunk.lineCount) {
      this.#load(chunk, (entries) => (this.#entries = entries));
      return;
    }
    const next = this.#history.chunkAfter(chunk);
    if (next === null || next.fromMs > untilMs) return;
    if (!isAtEnd) {
      if (next.entriesNow() === null) this.#load(next, () => undefined);
      return;
    }
    const ready = next.entriesNow();
    if (ready !== null) this.#enter(next, ready, this.#picture);
    else this.#load(next, (entries) => this.#enter(next, entries, this.#picture));
  }

  #load(chunk: Chunk, then: (entries: readonly Entry[]) => void): void {
    const round = this.#round;
    this.#isLoading = true;
    void this.#history
      .entriesOf(chunk)
      .then((entries) => {
        if (round === this.#round) then(entries);
      })
      .finally(() => (this.#isLoading = false));
  }

  #enter(chunk: Chunk, entries: readonly Entry[], picture: Picture | null): void {
    this.#chunk = chunk;
    this.#entries = entries;
    this.#index = 0;
    this.#picture = picture;
  }
}
