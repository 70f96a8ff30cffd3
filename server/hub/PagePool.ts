/** Frames are gathered into pages of this size, and a full page leaves at once: the bound on what a turn holds back. */
export const PAGE_BYTES = 32_768;

/** Pages that are kept for the next use. More are left to the collector. */
const PAGES_MAX = 256;

/** Pages for outboxes: an idle connection holds none, and a busy one does not make a new one every turn. */
export class PagePool {
  readonly #free: Buffer[] = [];

  /** A page with room for that many bytes. */
  take(bytesLeast: number): Buffer {
    if (bytesLeast > PAGE_BYTES) return Buffer.allocUnsafeSlow(bytesLeast);
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(PAGE_BYTES);
  }

  /** Nobody may read or write the page after this. */
  give(page: Buffer): void {
    if (page.length === PAGE_BYTES && this.#free.length < PAGES_MAX) this.#free.push(page);
  }
}
