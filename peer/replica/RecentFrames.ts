import type { PeerId } from '../../shared/ids.ts';

/** About 6 MB of names at most. A copy that comes later than so many other frames is not told from a new one. */
const REMEMBERED_MAX = 100_000;

/**
 * Tells a frame from its doubles, within one process. A network may deliver a request twice, and the second one late: after its client
 * was told that it certainly did not happen. What is meant for an earlier process does not come so far: a request names the process
 * that is to carry it out (`ClientRequest.instance`), since this memory ends with it.
 */
export class RecentFrames {
  readonly #names = new Set<string>();
  /** In order of arrival, round and round: to find the oldest in the set, all that left it would be passed. */
  readonly #order: string[] = [];
  #next = 0;

  /** @returns whether this frame has not come before */
  isNew(from: PeerId, id: number): boolean {
    const name = `${from}/${id}`;
    if (this.#names.has(name)) return false;
    this.#names.add(name);
    const oldest = this.#order[this.#next];
    if (oldest !== undefined) this.#names.delete(oldest);
    this.#order[this.#next] = name;
    this.#next = (this.#next + 1) % REMEMBERED_MAX;
    return true;
  }
}
