import t from 'tap';
import type { OpenedStorage } from '../../peer/ports/Storage.ts';
import type { SnapshotStore } from '../../peer/ports/SnapshotStore.ts';
import type { StorageStep } from '../../peer/raft/effect.ts';
import { type Database, SYNCED } from '../../peer/storage/Database.ts';
import { configurationOf } from '../../peer/raft/configuration.ts';
import { clusterId, peerId } from '../../shared/ids.ts';
import { seededRandom } from '../../shared/random.ts';
import { RecordDisk } from '../../sim/RecordDisk.ts';
import { SimulatedProcess } from '../../sim/SimulatedProcess.ts';
import { VirtualClock } from '../../sim/VirtualClock.ts';
import { entriesOf } from '../support/raftMessages.ts';
import { range } from '../support/simulate.ts';

const p1 = peerId('p1');
const MEMBERS = configurationOf([p1], []);

/** A disk, and the process that has its store open. */
class Stage {
  readonly clock = new VirtualClock();
  readonly disk: RecordDisk;
  #process = new SimulatedProcess(this.clock);

  constructor(seed: number) {
    const owner = { cluster: clusterId('test'), id: p1, voters: [p1] };
    this.disk = new RecordDisk(this.clock, seededRandom(seed), owner);
  }

  /** Lets time pass until it is done. */
  async done<Value>(work: Promise<Value>): Promise<Value> {
    let isOver = false;
    void work.then(
      () => (isOver = true),
      () => (isOver = true),
    );
    for (let turns = 0; turns < 10_000; turns += 1) {
      await new Promise((resolve) => void setImmediate(resolve));
      if (isOver) return work;
      this.clock.runNext();
    }
    throw new Error('it has no end');
  }

  async open(): Promise<OpenedStorage & { readonly snapshots: SnapshotStore }> {
    this.#process = new SimulatedProcess(this.clock);
    const opened = await this.done(this.disk.open(this.#process));
    const { snapshots } = opened;
    if (snapshots === undefined) throw new Error('it has no place for snapshots');
    return { ...opened, snapshots };
  }

  /** Without a store over it. */
  database(): Database {
    this.#process = new SimulatedProcess(this.clock);
    return this.disk.database(this.#process);
  }

  crash(): void {
    this.#process.kill();
    this.disk.crash();
  }

  write({ storage }: OpenedStorage, ...steps: StorageStep[]): Promise<void> {
    return this.done(
      new Promise((resolve, reject) =>
        storage.write([TERM_1, ...steps], (error) => (error ? reject(error) : resolve())),
      ),
    );
  }
}

const TERM_1: StorageStep = { type: 'setHardState', hardState: { currentTerm: 1, votedFor: null } };
const append = (firstIndex: number, ...terms: number[]): StorageStep => ({
  type: 'append',
  firstIndex,
  entries: entriesOf(...terms),
});
const useSnapshot = (index: number): StorageStep => ({
  ...{ type: 'useSnapshot', baseIndex: index, baseTerm: 1, replacesLog: false },
  snapshot: { index, term: 1, configuration: MEMBERS },
});

t.test('F50: a crash within or right after the slices of a snapshot leaves the one before', async (t) => {
  for (const slices of [0, 1]) {
    const stage = new Stage(slices);
    const { snapshots } = await stage.open();
    await stage.done(snapshots.write(3, ['old']));
    const oldBytes = await snapshots.sizeOf(3);
    let begun = 0;
    stage.disk.onWrite = () => (begun += 1);
    void snapshots.write(3, ['a new one, which is longer']);
    for (let slice = 0; slice < slices; slice += 1) {
      stage.clock.runNext();
      await new Promise((resolve) => void setImmediate(resolve));
    }
    t.equal(begun, slices + 1, 'each slice is a moment at which a crash may come');
    stage.crash();
    const again = await stage.open();
    t.equal(await again.snapshots.sizeOf(3), oldBytes);
  }
});

t.test('a snapshot that finds no room is an error, and nothing of it stays; the log goes on', async (t) => {
  const stage = new Stage(1);
  const opened = await stage.open();
  const { snapshots } = opened;
  let refusals = 0;
  stage.disk.onRefused = () => (refusals += 1);
  const piece = { source: 'p2', index: 9, offset: 0, data: new Uint8Array(10), isLast: false };
  t.same(await stage.done(snapshots.receive(piece)), { nextOffset: 10, isWhole: false });
  stage.disk.isFull = 'forSnapshots';
  await t.rejects(stage.done(snapshots.write(3, ['state'])), /ENOSPC/);
  await t.rejects(stage.done(snapshots.receive({ ...piece, offset: 10 })), /ENOSPC/);
  await stage.write(opened, append(1, 1));
  stage.disk.isFull = 'forAll';
  await t.rejects(stage.write(opened, append(2, 1)), /ENOSPC/);
  stage.disk.isFull = 'not';
  t.equal(await snapshots.sizeOf(3), 0);
  const next = { ...piece, offset: 10 };
  t.same(await stage.done(snapshots.receive(next)), { nextOffset: 0, isWhole: false }, 'it begins anew');
  t.equal(refusals, 3);
});

t.test('E44: a witness that is torn, or older, keeps no good store from being opened', async (t) => {
  let torn = 0;
  for (const seed of range(40)) {
    const stage = new Stage(seed);
    const opened = await stage.open();
    t.notOk(stage.disk.tearWitness(), 'nothing was written since it was synced');
    for (const index of range(12)) await stage.write(opened, append(index + 1, 1));
    stage.crash();
    if (stage.disk.tearWitness()) torn += 1;
    t.notOk(stage.disk.loseTail(), 'without its witness nobody could notice');
    t.equal((await stage.open()).stored.entries.length, 12);
    stage.crash();
  }
  t.ok(torn > 30, `${torn} torn`);
});

t.test('what a compaction removes may be there again after a crash; the store reads the same', async (t) => {
  let [back, gone] = [0, 0];
  for (const seed of range(40)) {
    const stage = new Stage(seed);
    const opened = await stage.open();
    for (const index of range(6)) await stage.write(opened, append(index + 1, 1));
    const before = stage.disk.recordBytes;
    await stage.write(opened, useSnapshot(5));
    stage.clock.advance(1000);
    await new Promise((resolve) => void setImmediate(resolve));
    const cleared = stage.disk.recordBytes;
    t.ok(cleared < before);
    stage.crash();
    if (stage.disk.recordBytes > cleared) back += 1;
    else gone += 1;
    const again = await stage.open();
    t.equal(again.stored.entries.length, 1);
    await stage.write(again, append(7, 1));
    stage.clock.advance(1000);
    stage.crash();
  }
  t.ok(back > 5 && gone > 0, `${back} came back, ${gone} did not`);
});

t.test(
  'E43: of what was written and not synced a crash takes back the newest, and nothing that was synced',
  async (t) => {
    const unsynced = { ...SYNCED, sync: false } as unknown as typeof SYNCED;
    const left = new Map<string, number>();
    for (const seed of range(60)) {
      const stage = new Stage(seed);
      const database = stage.database();
      const write = (key: string, options: typeof SYNCED): Promise<void> =>
        stage.done(database.batch([{ type: 'put', key, value: 'written' }], options));
      await write('a', unsynced);
      await write('b', SYNCED);
      for (const key of ['c', 'd', 'e']) await write(key, unsynced);
      stage.crash();
      const keys = (await stage.done(stage.database().keys({ limit: 9 }).all())).join('');
      left.set(keys, (left.get(keys) ?? 0) + 1);
      stage.crash();
      t.same(await stage.done(stage.database().keys({ limit: 9 }).all()), keys.split(''), 'what outlived one stays');
    }
    t.same([...left.keys()].sort(), ['ab', 'abc', 'abcd', 'abcde']);
  },
);
