import type { FrameText } from '../../shared/http/Frames.ts';

/** So much of a frame is kept. */
export const TEXT_BYTES_MAX = 4096;
/** Frames that are kept, and their bytes: the newest. */
export const TEXTS_MAX = 4096;
export const TEXTS_BYTES_MAX = 4 * 1_048_576;

interface Kept {
  readonly bytes: Buffer;
  /** Of the whole frame. */
  readonly length: number;
}

/** The newest frames that a feed told of, as they came, for whoever wants to read one. */
export class FrameTexts {
  readonly #kept = new Map<number, Kept>();
  #bytes = 0;

  /** @param frame its bytes, which the caller may use again */
  keep(seq: number, frame: Uint8Array): void {
    if (this.#kept.has(seq)) return;
    const bytes = Buffer.from(frame.subarray(0, TEXT_BYTES_MAX));
    this.#kept.set(seq, { bytes, length: frame.length });
    this.#bytes += bytes.length;
    for (const [oldest, { bytes: gone }] of this.#kept) {
      if (this.#kept.size <= TEXTS_MAX && this.#bytes <= TEXTS_BYTES_MAX) return;
      this.#kept.delete(oldest);
      this.#bytes -= gone.length;
    }
  }

  /** The whole frame; undefined when only a part of it, or nothing, is kept. */
  whole(seq: number): string | undefined {
    const kept = this.#kept.get(seq);
    return kept === undefined || kept.length > kept.bytes.length ? undefined : kept.bytes.toString('utf8');
  }

  text(seq: number): FrameText | undefined {
    const kept = this.#kept.get(seq);
    if (kept === undefined) return undefined;
    const truncated = kept.length > kept.bytes.length;
    // As a stream that goes on: a character of which a part was cut off is left out.
    const text = new TextDecoder().decode(kept.bytes, { stream: truncated });
    return { seq, text, truncated };
  }
}
