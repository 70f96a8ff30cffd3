import t, { type Test } from 'tap';
import { MemorySnapshotStore } from '../../peer/snapshots/MemorySnapshotStore.ts';
import { SnapshotCourier } from '../../peer/replica/SnapshotCourier.ts';
import type { SnapshotMetadata } from '../../peer/raft/effect.ts';
import type { SnapshotChunkStored, SnapshotStored } from '../../peer/raft/input.ts';
import { configurationOf } from '../../peer/raft/configuration.ts';
import { peerId } from '../../shared/ids.ts';
import type { InstallSnapshot } from '../../shared/messages/InstallSnapshot.ts';
import { drawn } from '../contract/snapshotStore.contract.ts';
import { until } from '../support/until.ts';

const WITHIN_MS = 30_000;
const INDEX = 7;
const TERM_OF_LAST = 3;
const [p1, p2] = [peerId('p1'), peerId('p2')];

/** Of a few pieces. */
function records(name: string): string[] {
  return Array.from({ length: 50 }, (_, number) => `${name} ${number} ${'x'.repeat(10_000)}`);
}

class Sender {
  readonly #courier: SnapshotCourier;
  readonly #pieces: InstallSnapshot[] = [];

  private constructor(snapshots: MemorySnapshotStore, lastTerm: number) {
    const configuration = configurationOf(['p1', 'p2', 'p3'].map(peerId), []);
    const snapshot: SnapshotMetadata = { index: INDEX, term: lastTerm, configuration };
    this.#courier = new SnapshotCourier(snapshots, snapshot, {
      onPiece: (_, body) => this.#pieces.push(body),
      onStored: () => undefined,
      onFailed: (error) => t.fail(error),
    });
  }

  static async of(name: string, lastTerm = TERM_OF_LAST): Promise<Sender> {
    const snapshots = new MemorySnapshotStore();
    await snapshots.write(INDEX, records(name));
    return new Sender(snapshots, lastTerm);
  }

  async piece(term: number, offset: number): Promise<InstallSnapshot> {
    const what = { lastIncludedIndex: INDEX, offset, after: 0 };
    this.#courier.send({ type: 'sendSnapshotChunk', id: 1, to: peerId('p3'), term, ...what });
    return until(() => this.#pieces.shift(), { withinMs: WITHIN_MS, what: 'a piece', everyMs: 1 });
  }
}

class Receiver {
  readonly snapshots = new MemorySnapshotStore();
  readonly #stored: (SnapshotChunkStored | SnapshotStored)[] = [];
  readonly #courier: SnapshotCourier;

  constructor(t: Test) {
    this.#courier = new SnapshotCourier(this.snapshots, null, {
      onPiece: () => undefined,
      onStored: (input) => this.#stored.push(input),
      onFailed: (error) => t.fail(error),
    });
  }

  /** @returns what the core would be told */
  async store(from: typeof p1, chunk: InstallSnapshot): Promise<SnapshotChunkStored | SnapshotStored> {
    this.#courier.store({ type: 'storeSnapshotChunk', from, id: 1, chunk });
    return until(() => this.#stored.shift(), { withinMs: WITHIN_MS, what: 'an answer', everyMs: 1 });
  }

  /** The rest, from where it says, as a leader sends it. */
  async fetch(from: typeof p1, sender: Sender, term: number): Promise<number[]> {
    const offsets = [0];
    for (;;) {
      const stored = await this.store(from, await sender.piece(term, offsets.at(-1) ?? 0));
      if (stored.type === 'snapshotStored') return offsets;
      offsets.push(stored.nextOffset);
    }
  }
}

/** A receiver that has two pieces of the sender's. */
async function halfWay(t: Test, sender: Sender): Promise<{ receiver: Receiver; nextOffset: number }> {
  const receiver = new Receiver(t);
  const { nextOffset } = await receiver.store(p1, await sender.piece(4, 0));
  const second = await receiver.store(p1, await sender.piece(4, nextOffset));
  t.ok(second.nextOffset > nextOffset && nextOffset > 0);
  return { receiver, nextOffset: second.nextOffset };
}

t.test('when the same leader leads anew, a snapshot that is half here is not begun again', async (t) => {
  const sender = await Sender.of('one');
  const { receiver, nextOffset } = await halfWay(t, sender);
  const [first, second, ...rest] = await receiver.fetch(p1, sender, 6);
  t.same([first, second], [0, nextOffset], 'the first piece of the new term is answered with where the next begins');
  t.ok(rest.length > 0);
  t.same(await drawn(receiver.snapshots.read(INDEX)), records('one'));
});

t.test("another leader's snapshot of the same index is begun anew, for its bytes may differ", async (t) => {
  const { receiver, nextOffset } = await halfWay(t, await Sender.of('one'));
  const offsets = await receiver.fetch(p2, await Sender.of('two'), 5);
  t.ok((offsets[1] ?? 0) < nextOffset);
  t.same(await drawn(receiver.snapshots.read(INDEX)), records('two'));
});

t.test('so is one of the same peer and index whose last entry is of another term', async (t) => {
  const { receiver, nextOffset } = await halfWay(t, await Sender.of('one'));
  const offsets = await receiver.fetch(p1, await Sender.of('two', TERM_OF_LAST + 1), 5);
  t.ok((offsets[1] ?? 0) < nextOffset);
  t.same(await drawn(receiver.snapshots.read(INDEX)), records('two'));
});

t.test('a peer that lost its store, and has other bytes now, is found out at the end', async (t) => {
  const { receiver, nextOffset } = await halfWay(t, await Sender.of('one'));
  const offsets = await receiver.fetch(p1, await Sender.of('two'), 6);
  t.equal(offsets[1], nextOffset, 'it cannot be told from the former one');
  t.ok(offsets.indexOf(0, 1) > 1, 'but the checksum differs, and all of it is asked for again');
  t.same(await drawn(receiver.snapshots.read(INDEX)), records('two'));
});
