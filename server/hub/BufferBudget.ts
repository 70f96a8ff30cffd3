/**
 * What waits for all receivers together.
 *
 * Every receiver may always have its share; the shares of all together are half of the bound. Beyond its share it takes
 * from the other half, as long as there is some: readers that stopped reading can use that up, but not anybody's share.
 */
export class BufferBudget {
  readonly #shareBytes: number;
  readonly #commonBytes: number;
  #waitingBytes = 0;

  /** @param receiversMax how many receivers there can be at once */
  constructor(bytesMax: number, receiversMax: number) {
    this.#commonBytes = Math.floor(bytesMax / 2);
    this.#shareBytes = Math.floor(this.#commonBytes / receiversMax);
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Whether a receiver for whom `waitingBytes` would wait may take `more` of them now. */
  admits(more: number, waitingBytes: number): boolean {
    return this.#waitingBytes + more <= this.#commonBytes || waitingBytes <= this.#shareBytes;
  }

  take(bytes: number): void {
    this.#waitingBytes += bytes;
  }

  give(bytes: number): void {
    this.#waitingBytes -= bytes;
  }
}
