import { lowerBound } from '../../shared/lowerBound.ts';
import type { Settle } from './Waiters.ts';

interface Read {
  readonly index: number;
  readonly settle: Settle<null>;
}

/**
 * Reads whose index is known, and that are answered once so much is applied. Kept by index, so that an entry that answers nobody
 * costs one comparison; and by request, so that whoever stops waiting leaves nothing behind.
 */
export class WaitingReads {
  readonly #reads = new Map<number, Read>();
  readonly #requestsAt = new Map<number, Set<number>>();
  /** Those that somebody waits for, in ascending order, from `#first` on. */
  readonly #indexes: number[] = [];
  /** What stands before it is over: to move the others for each that is answered would cost more than the answers. */
  #first = 0;

  get count(): number {
    return this.#reads.size;
  }

  add(requestId: number, index: number, settle: Settle<null>): void {
    this.#reads.set(requestId, { index, settle });
    const requests = this.#requestsAt.get(index);
    if (requests !== undefined) {
      requests.add(requestId);
      return;
    }
    this.#requestsAt.set(index, new Set([requestId]));
    // Indexes of reads hardly ever go back, so that this is nearly always the end.
    if (index > (this.#indexes.at(-1) ?? 0)) this.#indexes.push(index);
    else this.#indexes.splice(this.#positionOf(index), 0, index);
  }

  /** Nobody waits for this one any more. */
  forget(requestId: number): void {
    const read = this.#reads.get(requestId);
    if (read === undefined) return;
    this.#reads.delete(requestId);
    const requests = this.#requestsAt.get(read.index);
    requests?.delete(requestId);
    if (requests === undefined || requests.size > 0) return;
    this.#requestsAt.delete(read.index);
    const position = this.#positionOf(read.index);
    // Nearly always the oldest, for whoever came first gives up first.
    if (position > this.#first) this.#indexes.splice(position, 1);
    else this.#leaveFirst();
  }

  applied(index: number): void {
    for (let ready = this.#indexes[this.#first]; ready !== undefined; ready = this.#indexes[this.#first]) {
      if (ready > index) return;
      this.#leaveFirst();
      const requests = this.#requestsAt.get(ready) ?? [];
      this.#requestsAt.delete(ready);
      for (const requestId of requests) this.#take(requestId)?.settle.resolve(null);
    }
  }

  stop(error: () => Parameters<Settle<null>['reject']>[0]): void {
    const reads = [...this.#reads.values()];
    this.#reads.clear();
    this.#requestsAt.clear();
    this.#indexes.length = 0;
    this.#first = 0;
    for (const { settle } of reads) settle.reject(error());
  }

  #take(requestId: number): Read | undefined {
    const read = this.#reads.get(requestId);
    this.#reads.delete(requestId);
    return read;
  }

  #leaveFirst(): void {
    this.#first += 1;
    if (this.#first * 2 <= this.#indexes.length) return;
    this.#indexes.splice(0, this.#first);
    this.#first = 0;
  }

  /** @returns the position of the first index that is not less than this one */
  #positionOf(index: number): number {
    const isBefore = (at: number): boolean => (this.#indexes[at] ?? Number.POSITIVE_INFINITY) < index;
    return lowerBound(this.#first, this.#indexes.length, isBefore);
  }
}
