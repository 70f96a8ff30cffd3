import type { Signal } from '@preact/signals';
import type { LiveSnapshot, SampledMessage } from '../../../../../shared/http/Live.ts';
import type { PeerId } from '../../../../../shared/ids.ts';
import type { Gauges } from '../gauges/Gauges.ts';
import type { Picture } from '../Picture.ts';
import { reduce } from '../reduce.ts';
import { Chunk, type Entry } from './Chunk.ts';
import { ClockFall } from './ClockFall.ts';
import { NO_TRAIL, type Trail } from '../why/Trail.ts';
import type { FeedWatcher } from './FeedWatcher.ts';
import { framesOf, ENDS_WITHIN_MS, TOLD_WITHIN_MS } from './framesOf.ts';
import type { Extent, FrameSeen, History, StatusSeen } from './History.ts';
import type { Marks } from './Marks.ts';
import { snapshotOf } from './snapshotOf.ts';
import { statusesOf } from './statusesOf.ts';

export const CHUNK_MS = 10_000;
/** Ten minutes, and the chunk that is open. */
export const CHUNKS_MAX = 61;
/** A machine that slept, or a relay's clock that was set forward, would make a scale of months of them. */
export const KEPT_MS = 600_000;
export const BLOB_BYTES_MAX = 32 * 1024 * 1024;
/** In UTF-16 units; a chunk that is fuller is closed early. */
export const CHUNK_TEXT_MAX = 4 * 1024 * 1024;

/** What a history may hold. */
export interface HistoryBounds {
  readonly chunksMax: number;
  readonly blobBytesMax: number;
  /** How much older than the newest message it may be. */
  readonly keptMs: number;
}

/** A recording falls into chunks at other places than the history from which it was saved, and nothing of it may be lost by that. */
export const RECORDING_BOUNDS: HistoryBounds = {
  ...{ chunksMax: 2 * CHUNKS_MAX, blobBytesMax: 2 * BLOB_BYTES_MAX },
  keptMs: Infinity,
};

const INFLATED_MAX = 2;

export interface FeedHistoryOptions {
  readonly extent: Signal<Extent | null>;
  readonly marks: Marks;
  readonly gauges: Gauges;
  /** Default: one that remembers nothing. */
  readonly trail?: Trail;
  readonly watchers?: readonly FeedWatcher[];
  /** Default: CHUNKS_MAX, BLOB_BYTES_MAX and KEPT_MS. */
  readonly bounds?: HistoryBounds;
}

/**
 * The newest ten minutes of a feed. Bounds: CHUNKS_MAX chunks, KEPT_MS, BLOB_BYTES_MAX of compressed ones, CHUNK_TEXT_MAX of text a chunk;
 * beyond them the oldest chunk goes. A single message that is longer stands in a chunk of its own.
 */
export class FeedHistory implements History {
  readonly extent: Signal<Extent | null>;
  readonly marks: Marks;
  readonly gauges: Gauges;
  readonly trail: Trail;
  readonly #watchers: readonly FeedWatcher[];
  readonly #bounds: HistoryBounds;
  readonly #chunks: Chunk[] = [];
  readonly #inflated: Chunk[] = [];
  /** Chunks that are being compressed. */
  readonly #closing = new Set<Promise<void>>();
  #newest: Picture | null = null;
  #newestMs = -Infinity;
  readonly #clock = new ClockFall();

  constructor({ extent, marks, gauges, trail = NO_TRAIL, watchers = [], bounds }: FeedHistoryOptions) {
    this.extent = extent;
    this.marks = marks;
    this.gauges = gauges;
    this.trail = trail;
    this.#watchers = watchers;
    this.#bounds = bounds ?? { chunksMax: CHUNKS_MAX, blobBytesMax: BLOB_BYTES_MAX, keptMs: KEPT_MS };
  }

  /** How much it holds, for tests and the bench. */
  get size(): { readonly chunks: number; readonly blobBytes: number } {
    return { chunks: this.#chunks.length, blobBytes: this.#chunks.reduce((sum, { blobBytes }) => sum + blobBytes, 0) };
  }

  /**
   * The next message of the feed. What comes before the first snapshot means nothing, and is not kept.
   * @param receivedAtMs on the page's monotonic clock
   * @param text the message as it came, if that is known
   * @returns the picture with it
   */
  add(message: SampledMessage, receivedAtMs: number, text = JSON.stringify(message)): Picture | null {
    if (this.#newest === null && message.type !== 'snapshot') return null;
    if (this.#clock.falls(message.timeMs)) this.#forget();
    const atMs = Math.max(this.#newestMs, message.timeMs);
    const line = text.includes('\n') ? JSON.stringify(message) : text;
    this.#newestMs = atMs;
    this.#chunkFor(atMs, line.length).add(atMs, receivedAtMs, line);
    const before = this.#newest;
    const after = message.type === 'frames' ? before : reduce(before, message, receivedAtMs);
    this.#newest = after;
    this.extent.value = { fromMs: this.#chunks[0]?.fromMs ?? atMs, untilMs: atMs };
    if (after !== null) for (const watch of this.#watchers) watch(message, after, before);
    return after;
  }

  async pictureAt(atMs: number): Promise<Picture | null> {
    const chunk = this.chunkAt(atMs);
    if (chunk === null || atMs > this.#newestMs) return null;
    return pictureIn(chunk.before(), await this.entriesOf(chunk), atMs);
  }

  async framesIn(
    fromMs: number,
    untilMs: number,
  ): Promise<{ readonly frames: readonly FrameSeen[]; readonly left: number }> {
    return framesOf(this.#between(fromMs, untilMs + Math.max(TOLD_WITHIN_MS, ENDS_WITHIN_MS)), fromMs, untilMs);
  }

  async statusesIn(peer: PeerId, fromMs: number, untilMs: number): Promise<readonly StatusSeen[]> {
    return statusesOf(this.#between(fromMs, untilMs + TOLD_WITHIN_MS), peer, fromMs, untilMs);
  }

  /** The chunk in which a time lies; null outside the extent. */
  chunkAt(atMs: number): Chunk | null {
    return this.#chunks.findLast(({ fromMs }) => fromMs <= atMs) ?? null;
  }

  chunkAfter(chunk: Chunk): Chunk | null {
    const index = this.#chunks.indexOf(chunk);
    // One that was forgotten meanwhile is followed by the oldest that is left.
    return (index === -1 ? this.#chunks.find(({ fromMs }) => fromMs > chunk.fromMs) : this.#chunks[index + 1]) ?? null;
  }

  /** Inflates a chunk; the two that were asked for last are kept so. */
  async entriesOf(chunk: Chunk): Promise<readonly Entry[]> {
    const known = this.#inflated.indexOf(chunk);
    if (known !== -1) this.#inflated.splice(known, 1);
    this.#inflated.push(chunk);
    for (const old of this.#inflated.splice(0, Math.max(0, this.#inflated.length - INFLATED_MAX))) old.release();
    return chunk.entries();
  }

  /** Resolves when nothing is being compressed any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#closing);
    this.#enforce();
  }

  /** All that it holds, as lines of a recording: a snapshot, then `[receivedAtMs, message]` each. At most a chunk at a time. */
  async *lines(): AsyncGenerator<string, void, undefined> {
    // What comes while it is being read belongs to the next recording.
    const chunks = [...this.#chunks];
    const first = chunks[0]?.before() ?? null;
    if (first !== null) yield JSON.stringify([first.receivedAtMs, snapshotOf(first) satisfies LiveSnapshot]);
    for (const chunk of chunks) {
      const lines = await chunk.lines();
      yield* lines.slice();
    }
  }

  /** Messages that came in a time, oldest first. */
  async *#between(fromMs: number, untilMs: number): AsyncGenerator<Entry, void, undefined> {
    let chunk = this.chunkAt(fromMs) ?? this.#chunks[0] ?? null;
    while (chunk !== null && chunk.fromMs <= untilMs) {
      for (const entry of await this.entriesOf(chunk)) {
        if (entry.atMs > untilMs) return;
        if (entry.atMs >= fromMs) yield entry;
      }
      chunk = this.chunkAfter(chunk);
    }
  }

  #chunkFor(atMs: number, textLength: number): Chunk {
    const open = this.#chunks.at(-1);
    if (open !== undefined) {
      const isOver = atMs - open.fromMs >= CHUNK_MS;
      const isFull = open.lineCount > 0 && open.textLength + textLength > CHUNK_TEXT_MAX;
      if (!isOver && !isFull) return open;
      this.#close(open);
    }
    const chunk = new Chunk(atMs, this.#newest);
    this.#chunks.push(chunk);
    this.#enforce();
    return chunk;
  }

  #close(chunk: Chunk): void {
    const closing = chunk.close().then(
      () => this.#enforce(),
      // Without compression it stays as text, within the same bound of chunks.
      () => undefined,
    );
    this.#closing.add(closing);
    void closing.finally(() => this.#closing.delete(closing));
  }

  #enforce(): void {
    const { chunksMax, blobBytesMax, keptMs } = this.#bounds;
    let { chunks, blobBytes } = this.size;
    const isOld = (): boolean => (this.#chunks[0]?.untilMs ?? 0) < this.#newestMs - keptMs;
    while (chunks > 1 && (chunks > chunksMax || blobBytes > blobBytesMax || isOld())) {
      blobBytes -= this.#chunks.shift()?.blobBytes ?? 0;
      chunks -= 1;
    }
    const { value: extent } = this.extent;
    const fromMs = this.#chunks[0]?.fromMs;
    if (extent !== null && fromMs !== undefined && fromMs > extent.fromMs) this.extent.value = { ...extent, fromMs };
  }

  #forget(): void {
    this.#chunks.length = 0;
    this.#inflated.length = 0;
    this.#newestMs = -Infinity;
    this.marks.forget();
    this.gauges.forget();
  }
}

/** @param before as it was before the first entry */
export function pictureIn(before: Picture | null, entries: readonly Entry[], atMs: number): Picture | null {
  let picture = before;
  for (const entry of entries) {
    if (entry.atMs > atMs) break;
    if (entry.message.type !== 'frames') picture = reduce(picture, entry.message, entry.receivedAtMs);
  }
  return picture;
}
