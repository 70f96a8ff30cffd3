import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { ReplicatedMachine, type AnyMachine } from '../../peer/machine/ReplicatedMachine.ts';
import { DamagedSnapshot } from '../../peer/ports/SnapshotStore.ts';
import { restoreSnapshot } from '../../peer/replica/restoreSnapshot.ts';
import { DiskSnapshotStore } from '../../peer/snapshots/DiskSnapshotStore.ts';
import { MemorySnapshotStore } from '../../peer/snapshots/MemorySnapshotStore.ts';
import { drawn, snapshotStoreContract } from '../contract/snapshotStore.contract.ts';
import { until } from '../support/until.ts';

const NEEDS_PROC = { skip: existsSync('/proc/self/fd') ? false : 'the open files of a process are not told here' };

function newDirectory(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'whitewater-snapshots-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

t.test('memory', async (t) => {
  snapshotStoreContract(t, { open: async () => ({ store: new MemorySnapshotStore() }) });
});

t.test('disk', async (t) => {
  snapshotStoreContract(t, {
    open: async (t) => {
      const directory = newDirectory(t);
      const store = await DiskSnapshotStore.open(directory);
      t.teardown(() => store.close());
      return { store, reopen: () => DiskSnapshotStore.open(directory) };
    },
  });
});

t.test('E: every cut and every flipped byte of a small snapshot is found', async (t) => {
  const directory = newDirectory(t);
  const store = await DiskSnapshotStore.open(directory);
  await store.write(7, [{ format: 1 }, ['a', 'b'], ['c', 'ü']]);
  const [name = ''] = readdirSync(directory);
  const whole = readFileSync(join(directory, name));
  let found = 0;
  const read = async (bytes: Buffer): Promise<boolean> => {
    writeFileSync(join(directory, name), bytes);
    try {
      await drawn(store.read(7));
      return true;
    } catch (error) {
      if (!(error instanceof DamagedSnapshot)) throw error;
      found += 1;
      return false;
    }
  };
  for (let at = 0; at < whole.length; at += 1) {
    if (await read(whole.subarray(0, at))) t.fail(`cut at ${at} was not found`);
    const flipped = Buffer.from(whole);
    flipped[at] = (flipped[at] ?? 0) ^ 4;
    if (await read(flipped)) t.fail(`a flip at ${at} was not found`);
  }
  t.equal(found, 2 * whole.length);
  t.equal(await read(whole), true);
});

t.test('G: a store that was left while it wrote harms nothing that is written after it', async (t) => {
  const directory = newDirectory(t);
  const left = await DiskSnapshotStore.open(directory);
  t.teardown(() => left.close());
  const former = { isDone: false };
  let hasNextBegun = false;
  // Each goes on until the other one is where it matters.
  const written = left
    .write(
      6,
      slowRecords('former', () => hasNextBegun),
    )
    .then(
      () => 'written',
      (error: unknown) => (error as NodeJS.ErrnoException).code,
    );
  await until(() => readdirSync(directory).length > 0, { withinMs: 30_000, what: 'its file', everyMs: 1 });
  const next = await DiskSnapshotStore.open(directory);
  t.teardown(() => next.close());
  const later = slowRecords('next', () => former.isDone);
  const nextWritten = next.write(
    9,
    (function* () {
      hasNextBegun = true;
      yield* later;
    })(),
  );
  t.equal(await written, 'ENOENT', 'its file was taken from it');
  former.isDone = true;
  await nextWritten;
  t.ok((await drawn(next.read(9))).every((record) => Array.isArray(record) && record[0] === 'next'));
  t.same(readdirSync(directory), ['snapshot-0000000000000009']);
});

t.test('G: a store that is closed gives up what it writes, and leaves nothing of it', async (t) => {
  const directory = newDirectory(t);
  const store = await DiskSnapshotStore.open(directory);
  let drawnCount = 0;
  let closed: Promise<void> | undefined;
  const written = store.write(
    7,
    (function* (): Generator {
      for (const record of records(100_000)) {
        drawnCount += 1;
        if (drawnCount === 10_000) closed = store.close();
        yield record;
      }
    })(),
  );
  await t.rejects(written, { message: /was closed while it wrote/ });
  await closed;
  t.ok(drawnCount < 50_000, `${drawnCount} of 100000 records`);
  t.same(readdirSync(directory), []);
});

t.test('G: what a crash left is removed when the store is opened', async (t) => {
  const directory = newDirectory(t);
  for (const name of ['writing', 'writing-1', 'receiving-2', 'snapshot-0000000000000007', 'writings']) {
    writeFileSync(join(directory, name), '');
  }
  const store = await DiskSnapshotStore.open(directory);
  t.teardown(() => store.close());
  t.same(readdirSync(directory).toSorted(), ['snapshot-0000000000000007', 'writings']);
});

t.test('G: a snapshot that is left before its end, or is damaged, leaves no file open', NEEDS_PROC, async (t) => {
  const directory = newDirectory(t);
  const store = await DiskSnapshotStore.open(directory);
  await store.write(7, records(50_000));
  const path = join(directory, readdirSync(directory)[0] ?? '');
  for await (const record of store.read(7)) {
    t.same(openFiles(directory), [path], `it is open for ${JSON.stringify(record)}`);
    break;
  }
  t.same(openFiles(directory), [], 'left');
  const whole = readFileSync(path);
  writeFileSync(path, whole.fill('!', 1_000_000, 1_000_010));
  await t.rejects(drawn(store.read(7)), DamagedSnapshot);
  t.same(openFiles(directory), [], 'damaged');
});

t.test('G: a machine that stumbles over a snapshot leaves no file open', NEEDS_PROC, async (t) => {
  const directory = newDirectory(t);
  const store = await DiskSnapshotStore.open(directory);
  t.teardown(() => store.close());
  const stumbling: AnyMachine = {
    apply: () => null,
    query: () => null,
    snapshot: () => [],
    async restore(source) {
      for await (const record of source) throw new Error(`not this: ${JSON.stringify(record)}`);
    },
  };
  const headers = [{ format: 1, timeMs: 0, sessions: 0 }, { format: 1, timeMs: 0, sessions: 1 }, { format: 99 }];
  for (const [index, header] of headers.entries()) {
    await store.write(index, [header, ...records(50_000)]);
    await t.rejects(restoreSnapshot(new ReplicatedMachine(stumbling), store, index), JSON.stringify(header));
    t.same(openFiles(directory), [], 'nothing is left to the garbage collector, which warns of it');
  }
});

/** Those of this process in a directory. */
function openFiles(directory: string): string[] {
  return readdirSync('/proc/self/fd').flatMap((name) => {
    try {
      return [readlinkSync(`/proc/self/fd/${name}`)].filter((target) => target.startsWith(`${directory}/`));
    } catch {
      return [];
    }
  });
}

/** Many, until it is enough. */
function* slowRecords(name: string, isEnough: () => boolean): Generator {
  for (let number = 0; number < 20_000_000 && !isEnough(); number += 1) yield [name, number];
}

function records(count: number): unknown[] {
  return Array.from({ length: count }, (_, number) => ['key', number, 'x'.repeat(20)]);
}
