import type { Storage } from '../../peer/ports/Storage.ts';
import type { StorageStep } from '../../peer/raft/effect.ts';

/** A write that was asked for and did not end yet. */
export interface HeldWrite {
  readonly steps: readonly StorageStep[];
  /** Lets it happen, and end well. */
  release(): void;
  /** Ends it with an error, without having written. */
  fail(error: Error): void;
}

/** A store whose writes end when, and how, a test says. Without being told anything it passes all on. */
export class FaultyStorage implements Storage {
  readonly #inner: Storage;
  readonly held: HeldWrite[] = [];
  /** Every write that was asked for, in order. */
  readonly writes: (readonly StorageStep[])[] = [];
  holding = false;
  closed = false;

  constructor(inner: Storage) {
    this.#inner = inner;
  }

  get kind(): 'disk' | 'memory' {
    return this.#inner.kind;
  }

  write(steps: readonly StorageStep[], done: (error?: Error) => void): void {
    this.writes.push(steps);
    if (!this.holding) {
      this.#inner.write(steps, done);
      return;
    }
    const write: HeldWrite = {
      steps,
      release: () => {
        this.#forget(write);
        this.#inner.write(steps, done);
      },
      fail: (error) => {
        this.#forget(write);
        done(error);
      },
    };
    this.held.push(write);
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.#inner.close();
  }

  #forget(write: HeldWrite): void {
    const at = this.held.indexOf(write);
    if (at === -1) throw new Error('this write has ended before');
    this.held.splice(at, 1);
  }
}
