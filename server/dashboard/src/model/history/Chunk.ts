import type { SampledMessage } from '../../../../../shared/http/Live.ts';
import type { LinkRate } from '../linkRate.ts';
import type { Picture } from '../Picture.ts';
import { gunzipText, gzipText } from './gzip.ts';

/** A message of the feed as it is kept. */
export interface Entry {
  /** On the page's monotonic clock. */
  readonly receivedAtMs: number;
  /** On the relay's clock, and never before the entry before it. */
  readonly atMs: number;
  readonly message: SampledMessage;
}

/** Pictures hold their rates in a map, which JSON does not know. */
type KeptPicture = Omit<Picture, 'links'> & { readonly links: readonly (readonly [string, LinkRate])[] };

/**
 * Ten seconds of a feed: the picture as they begin, and every message after it. While it is open it is an array of lines; when it is
 * closed they are compressed into a Blob, which lies outside the JavaScript heap.
 */
export class Chunk {
  /** When its first message came, on the relay's clock. */
  readonly fromMs: number;
  readonly #key: string;
  #lines: string[] | null = [];
  #lineCount = 0;
  #textLength: number;
  #blob: Blob | null = null;
  #entries: Entry[] | null = null;
  #isClosed = false;
  #untilMs: number;

  /** @param picture as it was before the first message; null when there was none */
  constructor(fromMs: number, picture: Picture | null) {
    this.fromMs = fromMs;
    this.#untilMs = fromMs;
    this.#key = JSON.stringify(
      picture === null ? null : ({ ...picture, links: [...picture.links] } satisfies KeptPicture),
    );
    this.#textLength = this.#key.length;
  }

  /** In UTF-16 units. */
  get textLength(): number {
    return this.#textLength;
  }

  get lineCount(): number {
    return this.#lineCount;
  }

  /** Of its Blob; 0 before it has one. */
  get blobBytes(): number {
    return this.#blob?.size ?? 0;
  }

  /** When its last message came, on the relay's clock. */
  get untilMs(): number {
    return this.#untilMs;
  }

  /** @param atMs on the relay's clock */
  add(atMs: number, receivedAtMs: number, text: string): void {
    if (this.#isClosed || this.#lines === null) throw new Error('nothing is added to a closed chunk');
    const line = `[${receivedAtMs},${text}]`;
    this.#lines.push(line);
    this.#lineCount += 1;
    this.#untilMs = atMs;
    this.#textLength += line.length + 1;
  }

  /** Compresses it; it can be read all the while. */
  async close(): Promise<void> {
    if (this.#isClosed || this.#lines === null) return;
    this.#isClosed = true;
    this.#blob = await gzipText(this.#lines.join('\n'));
    this.#lines = null;
  }

  /** A fresh copy of the picture as it was before the first message; null when there was none. */
  before(): Picture | null {
    const kept = JSON.parse(this.#key) as KeptPicture | null;
    if (kept === null) return null;
    return { ...kept, links: new Map(kept.links) };
  }

  /** `[receivedAtMs, message]` each, as JSON. */
  async lines(): Promise<readonly string[]> {
    if (this.#lines !== null) return this.#lines;
    if (this.#blob === null) return [];
    return (await gunzipText(this.#blob)).split('\n');
  }

  /** What it holds now; an open chunk's further messages are there when it is asked again. */
  async entries(): Promise<readonly Entry[]> {
    const known = this.#entries;
    if (known !== null && known.length === this.#lineCount) return known;
    const lines = await this.lines();
    const entries = this.#entries ?? [];
    this.#entries = entries;
    let atMs = entries.at(-1)?.atMs ?? this.fromMs;
    for (const line of lines.slice(entries.length)) {
      const [receivedAtMs, message] = JSON.parse(line) as [number, SampledMessage];
      atMs = Math.max(atMs, message.timeMs);
      entries.push({ receivedAtMs, atMs, message });
    }
    return entries;
  }

  /** The same where nothing has to be inflated for it; null where something has. */
  entriesNow(): readonly Entry[] | null {
    return this.#entries !== null && this.#entries.length === this.#lineCount ? this.#entries : null;
  }

  /** Forgets what was inflated; it can be inflated again. */
  release(): void {
    this.#entries = null;
  }
}
