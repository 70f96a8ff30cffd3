import type { Test } from 'tap';
import { DamagedSnapshot, type SnapshotStore } from '../../peer/ports/SnapshotStore.ts';

/** What every store of snapshots does. `reopen` is absent where nothing survives. */
export interface SnapshotStoreSubject {
  readonly open: (t: Test) => Promise<{ store: SnapshotStore; reopen?: () => Promise<SnapshotStore> }>;
}

const PIECE_BYTES = 1000;

export function snapshotStoreContract(t: Test, { open }: SnapshotStoreSubject): void {
  t.test('what is written is read, in order', async (t) => {
    const { store } = await open(t);
    await store.write(7, records(3));
    t.same(await drawn(store.read(7)), records(3));
    await store.write(8, []);
    t.same(await drawn(store.read(8)), []);
    await store.write(9, records(20_000));
    t.same((await drawn(store.read(9))).length, 20_000);
    t.same(await drawn(store.read(7)), records(3), 'an older one stays until it is let go');
  });

  t.test('how much a snapshot takes is told when it is written, and later', async (t) => {
    const { store, reopen } = await open(t);
    const bytes = await store.write(7, records(3_000));
    const { data, isLast } = await store.readPiece(7, 0, bytes);
    t.match({ length: data.length, isLast }, { length: bytes, isLast: true });
    t.equal(await store.sizeOf(7), bytes);
    t.equal(await store.sizeOf(8), 0);
    if (reopen !== undefined) t.equal(await (await reopen()).sizeOf(7), bytes);
  });

  t.test('records are drawn bit by bit, and timers run between them', async (t) => {
    const { store } = await open(t);
    let ticks = 0;
    let ticksAtHalf = 0;
    const timer = setInterval(() => (ticks += 1), 0);
    t.teardown(() => clearInterval(timer));
    await store.write(
      5,
      (function* (): Generator {
        for (const record of records(40_000)) {
          if (record[1] === 20_000) ticksAtHalf = ticks;
          yield record;
        }
      })(),
    );
    t.ok(ticksAtHalf > 0, `${ticksAtHalf} ticks until the half`);
    t.ok(ticks > ticksAtHalf);
  });

  t.test('a write that fails leaves what was there', async (t) => {
    const { store } = await open(t);
    await store.write(7, records(3));
    const failing = (function* (): Generator {
      yield* records(9000);
      throw new Error('no more');
    })();
    await t.rejects(store.write(7, failing), { message: 'no more' });
    t.same(await drawn(store.read(7)), records(3));
  });

  t.test('a snapshot that is not there is said to be damaged', async (t) => {
    const { store } = await open(t);
    await t.rejects(drawn(store.read(3)), DamagedSnapshot);
    await t.rejects(store.readPiece(3, 0, 10), DamagedSnapshot);
  });

  t.test('D: pieces make the same snapshot elsewhere; lost, repeated and crossing pieces do no harm', async (t) => {
    const { store: sender } = await open(t);
    const { store: receiver } = await open(t);
    await sender.write(7, records(500));
    let offset = 0;
    let pieces = 0;
    for (;;) {
      const { data, isLast } = await sender.readPiece(7, offset, PIECE_BYTES);
      const piece = { source: 'p1 4', index: 7, offset, data, isLast };
      const received = await receiver.receive(piece);
      pieces += 1;
      t.equal(received.isWhole, isLast);
      // Once more, as a network may.
      t.same((await receiver.receive(piece)).nextOffset, received.nextOffset);
      if (!isLast) t.same(await receiver.receive({ ...piece, offset: offset + 5 * PIECE_BYTES }), received, 'a gap');
      offset = received.nextOffset;
      if (isLast) break;
    }
    t.ok(pieces > 5);
    t.same(await drawn(receiver.read(7)), records(500));
  });

  t.test('D: pieces of two senders never mix', async (t) => {
    const { store: one } = await open(t);
    const { store: other } = await open(t);
    const { store: receiver } = await open(t);
    await one.write(7, records(200));
    await other.write(7, records(200).reverse());
    const first = await one.readPiece(7, 0, PIECE_BYTES);
    t.same((await receiver.receive({ source: 'p1 4', index: 7, offset: 0, ...first })).nextOffset, PIECE_BYTES);
    const second = await other.readPiece(7, PIECE_BYTES, PIECE_BYTES);
    t.same(await receiver.receive({ source: 'p2 5', index: 7, offset: PIECE_BYTES, ...second }), {
      nextOffset: 0,
      isWhole: false,
    });
    t.equal(await copy(other, receiver, 'p2 5'), true);
    t.same(await drawn(receiver.read(7)), records(200).reverse());
  });

  t.test('D: a damaged piece is found at the end, and all of it is asked for again', async (t) => {
    const { store: sender } = await open(t);
    const { store: receiver } = await open(t);
    await sender.write(7, records(300));
    t.equal(await copy(sender, receiver, 'p1 4', (data, offset) => (offset === 2000 ? flipped(data) : data)), false);
    await t.rejects(drawn(receiver.read(7)), DamagedSnapshot);
    t.equal(await copy(sender, receiver, 'p1 4'), true);
    t.same(await drawn(receiver.read(7)), records(300));
  });

  t.test('older ones are forgotten; a newer one stays, for it may be about to come into force', async (t) => {
    const { store } = await open(t);
    await store.write(7, records(3));
    await store.readPiece(7, 0, 10);
    await store.write(9, records(4));
    await store.write(10, records(5));
    await store.forgetOlder(9);
    await t.rejects(drawn(store.read(7)), DamagedSnapshot);
    await t.rejects(store.readPiece(7, 0, 10), DamagedSnapshot);
    t.same(await drawn(store.read(9)), records(4));
    t.same(await drawn(store.read(10)), records(5));
  });

  t.test('a store that is opened again holds what was whole, and nothing else', async (t) => {
    const { store, reopen } = await open(t);
    if (reopen === undefined) {
      t.pass('nothing survives this one');
      return;
    }
    await store.write(7, records(3));
    const { data } = await store.readPiece(7, 0, 10);
    await store.receive({ source: 'p1 4', index: 9, offset: 0, data, isLast: false });
    await store.close();
    const again = await reopen();
    t.same(await drawn(again.read(7)), records(3));
    t.same(await again.receive({ source: 'p1 4', index: 9, offset: 10, data, isLast: false }), {
      nextOffset: 0,
      isWhole: false,
    });
    await again.close();
  });
}

function records(count: number): [string, number, string][] {
  return Array.from({ length: count }, (_, number) => ['key', number, `"ä€\n😀${number}`]);
}

export async function drawn(source: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const record of source) all.push(record);
  return all;
}

/** Sends snapshot 7 whole, and tells whether it arrived. */
async function copy(
  sender: SnapshotStore,
  receiver: SnapshotStore,
  source: string,
  change: (data: Uint8Array, offset: number) => Uint8Array = (data) => data,
): Promise<boolean> {
  for (let offset = 0; ; offset += PIECE_BYTES) {
    const { data, isLast } = await sender.readPiece(7, offset, PIECE_BYTES);
    const received = await receiver.receive({ source, index: 7, offset, data: change(data, offset), isLast });
    if (isLast) return received.isWhole;
    if (received.nextOffset === 0) return false;
  }
}

function flipped(data: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(data);
  bytes[10] = (bytes[10] ?? 0) ^ 1;
  return bytes;
}
