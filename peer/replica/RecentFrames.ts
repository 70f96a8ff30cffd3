import type { PeerId } from '../../shared/ids.ts';

/** About 6 MB of names at most. A copy that comes later than so many other frames is not told from a new one. */
const REMEMBERED_MAX = 100_000;

/**
 * Tells a frame from its doubles. A network may deliver a request twice, and the second one late: after its client was told that it
 * certainly did not happen.
 */
export class RecentFrames {
  /** In order of arrival. */
  readonly #names = new Set<string>();

  /** @returns whether this frame has not come before */
  isNew(from: PeerId, id: number): boolean {
    const name = `${from}/${id}`;
    if (this.#names.has(name)) return false;
    this.#names.add(name);
    if (this.#names.size > REMEMBERED_MAX) {
      const [oldest = name] = this.#names;
      this.#names.delete(oldest);
    }
    return true;
  }
}
