import type { DiskBacklog } from '../shared/messages/Status.ts';

/** How long the writes of a store take, one after the other. */
export class WriteTimes {
  #startedAtMs: number | undefined;
  #lastMs = 0;

  begins(nowMs: number): void {
    this.#startedAtMs = nowMs;
  }

  /** @returns how long it took, in milliseconds */
  ended(nowMs: number): number {
    this.#lastMs = this.#underWayMs(nowMs);
    this.#startedAtMs = undefined;
    return this.#lastMs;
  }

  /** @param unsyncedEntries in memory, and in no write that is done */
  backlog(unsyncedEntries: number, nowMs: number): DiskBacklog {
    return { unsyncedEntries, writingMs: this.#underWayMs(nowMs), lastWriteMs: this.#lastMs };
  }

  #underWayMs(nowMs: number): number {
    return this.#startedAtMs === undefined ? 0 : nowMs - this.#startedAtMs;
  }
}
