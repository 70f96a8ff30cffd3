import { ClusterClient, type QueryOptions } from '../../../client/ClusterClient.ts';
import { KeyValueMachine } from '../../../peer/machine/keyValue/KeyValueMachine.ts';
import type { WhitewaterError } from '../../../shared/errors.ts';
import type { KeyValueAnswer, KeyValueCommand, KeyValueQuery, KeyValueResult } from '../../../shared/keyValue.ts';

/** A client of a cluster that is nothing but one key-value store, which answers when the test says so. */
export class FakeStore extends ClusterClient<KeyValueCommand, KeyValueResult, KeyValueQuery, KeyValueAnswer> {
  readonly asked: KeyValueQuery[] = [];
  machine = new KeyValueMachine();
  underWay = 0;
  underWayMax = 0;
  /** What questions end with, for want of a leader. */
  failure: WhitewaterError | undefined;
  #isHeld = false;
  #held: (() => void)[] = [];

  constructor() {
    super({
      transport: { start: () => undefined, send: () => false, lookUp: () => false, stop: () => Promise.resolve() },
    });
  }

  put(key: string, value = 'x'): void {
    this.machine.apply({ type: 'put', key, value });
  }

  /** Answers nothing until `release`. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    for (const go of this.#held.splice(0)) go();
  }

  override async query(query: KeyValueQuery, { signal }: QueryOptions = {}): Promise<KeyValueAnswer> {
    this.asked.push(query);
    this.underWay += 1;
    this.underWayMax = Math.max(this.underWayMax, this.underWay);
    try {
      if (this.#isHeld) await new Promise<void>((resolve) => this.#held.push(resolve));
      else await new Promise((resolve) => setImmediate(resolve));
      if (signal?.aborted === true) throw signal.reason;
      if (this.failure !== undefined) throw this.failure;
      return this.machine.query(query);
    } finally {
      this.underWay -= 1;
    }
  }
}
