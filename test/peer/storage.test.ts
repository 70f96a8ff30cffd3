import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { crc32 as zlibCrc32 } from 'node:zlib';
import { ClassicLevel } from 'classic-level';
import { MemoryLevel } from 'memory-level';
import t, { type Test } from 'tap';
import type { Storage } from '../../peer/ports/Storage.ts';
import type { StorageStep } from '../../peer/raft/effect.ts';
import { SILENT_LOGGER } from '../../endpoint/ports/Logger.ts';
import { crc32, portableCrc32 } from '../../peer/storage/checksum.ts';
import { LevelStorage } from '../../peer/storage/LevelStorage.ts';
import { createStore, loadStore } from '../../peer/storage/loadStore.ts';
import { DamagedRecord, encodeRecord, entriesKey } from '../../peer/storage/records.ts';
import { openDiskStorage } from '../../peer/storage/openDiskStorage.ts';
import { openMemoryStorage } from '../../peer/storage/openMemoryStorage.ts';
import { clusterId, peerId } from '../../shared/ids.ts';
import { seededRandom } from '../../shared/random.ts';
import { SimulatedDisk } from '../../sim/Disk.ts';
import { VirtualClock } from '../../sim/VirtualClock.ts';
import { OWNER, storageContract, write } from '../contract/storage.contract.ts';
import { FaultyStorage } from '../support/FaultyStorage.ts';
import { WITHOUT_LOADER } from '../support/processes.ts';
import { ROOT } from '../support/root.ts';
import { storedState } from '../../sim/randomLogs.ts';

let directories = 0;
/** A path below tap's directory for this test that nothing stands at. */
function newDirectory(t: Test): string {
  directories += 1;
  return join(t.testdirName, `data-${directories}`);
}

storageContract(t, 'disk', (t) => {
  t.testdir();
  const directory = newDirectory(t);
  return {
    open: () => openDiskStorage({ ...OWNER, directory, logger: SILENT_LOGGER }),
    crash: async () => {
      const copy = newDirectory(t);
      // The database before the witness, which is written after it.
      cpSync(join(directory, 'database'), join(copy, 'database'), { recursive: true });
      cpSync(join(directory, 'witness'), join(copy, 'witness'));
      const { storage, stored } = await openDiskStorage({ ...OWNER, directory: copy, logger: SILENT_LOGGER });
      await storage.close();
      return stored;
    },
  };
});

storageContract(t, 'memory', () => {
  const database = new MemoryLevel();
  return {
    open: () => openMemoryStorage(OWNER, database),
    crash: async () => (await openMemoryStorage(OWNER, database)).stored,
  };
});

t.test('every write waits for the disk, and is one batch', async (t) => {
  const database = new MemoryLevel();
  const options: unknown[] = [];
  const batch = database.batch.bind(database) as (...args: unknown[]) => unknown;
  t.intercept(database, 'batch', {
    value: (...args: unknown[]) => {
      options.push(args[1]);
      return batch(...args);
    },
  });
  const { storage } = await openMemoryStorage(OWNER, database);
  await write(storage, [{ type: 'setHardState', hardState: { currentTerm: 3, votedFor: OWNER.id } }]);
  await write(storage, [{ type: 'append', firstIndex: 1, entries: [{ term: 3, type: 'command', command: 'a' }] }]);
  await storage.close();
  t.equal(options.length, 3, 'one to create the store, one for each write');
  for (const given of options) t.match(given, { sync: true });
});

storageContract(t, 'with faults to inject', () => {
  const database = new MemoryLevel();
  return {
    open: async () => {
      const { storage, stored } = await openMemoryStorage(OWNER, database);
      return { storage: new FaultyStorage(storage), stored };
    },
    crash: async () => (await openMemoryStorage(OWNER, database)).stored,
  };
});

storageContract(t, "the simulator's disk", () => {
  const clock = new VirtualClock();
  const empty = storedState(OWNER.voters);
  const disk = new SimulatedDisk(clock, seededRandom('disk'), empty);
  const storage: Storage = {
    kind: disk.kind,
    write: (steps, done) => {
      disk.write(steps, done);
      setImmediate(() => clock.advance(10));
    },
    close: () => disk.close(),
  };
  return { open: async () => ({ storage, stored: disk.stored }), crash: async () => disk.stored };
});

t.test('each says whether it survives the process', async (t) => {
  t.testdir();
  const disk = await openDiskStorage({ ...OWNER, directory: newDirectory(t), logger: SILENT_LOGGER });
  const memory = await openMemoryStorage(OWNER);
  t.equal(disk.storage.kind, 'disk');
  t.equal(memory.storage.kind, 'memory');
  await disk.storage.close();
  await memory.storage.close();
});

t.test('the checksum is the CRC-32 of zlib', async (t) => {
  t.equal(crc32('123456789'), 0xcbf43926, 'the check value of its definition');
  for (const text of ['', 'a', 'é\u{1f600}', 'x'.repeat(10_000)]) {
    t.equal(crc32(text), zlibCrc32(text));
    t.equal(portableCrc32(text), zlibCrc32(text), 'and so where there is no Node');
    t.equal(portableCrc32(Buffer.from(text), 7), zlibCrc32(text, 7));
  }
  t.equal(crc32('b', crc32('a')), crc32('ab'), 'it can be continued');
  for (const nothing of ['', new Uint8Array(0), new TextEncoder().encode('')]) {
    t.equal(crc32(nothing, crc32('a')), crc32('a'), 'and by nothing');
    t.equal(portableCrc32(nothing, crc32('a')), crc32('a'));
  }
});

t.test("another peer's or cluster's directory is refused, and left as it was", async (t) => {
  t.testdir();
  const directory = newDirectory(t);
  const { storage } = await openDiskStorage({ ...OWNER, directory, logger: SILENT_LOGGER });
  await write(storage, [{ type: 'setHardState', hardState: { currentTerm: 7, votedFor: null } }]);
  await storage.close();
  const strangers = [
    { ...OWNER, id: peerId('p2') },
    { ...OWNER, cluster: clusterId('other') },
  ];
  for (const stranger of strangers) {
    await t.rejects(openDiskStorage({ ...stranger, directory, logger: SILENT_LOGGER }), {
      code: 'STORE_BELONGS_TO_ANOTHER',
      message: /belongs to peer "p1" of cluster "demo"/,
    });
  }
  const { storage: again, stored } = await openDiskStorage({ ...OWNER, directory, logger: SILENT_LOGGER });
  t.equal(stored.hardState.currentTerm, 7);
  await again.close();
});

t.test('another list of peers is refused; another order of the same list is not', async (t) => {
  t.testdir();
  const directory = newDirectory(t);
  const { storage } = await openDiskStorage({ ...OWNER, directory, logger: SILENT_LOGGER });
  await storage.close();
  const voters = ['p3', 'p2', 'p1'].map(peerId);
  const { storage: again } = await openDiskStorage({ ...OWNER, voters, directory, logger: SILENT_LOGGER });
  await again.close();
  for (const others of [
    ['p1', 'p2'],
    ['p1', 'p2', 'p4'],
    ['p1', 'p2', 'p3', 'p4'],
  ]) {
    const options = { ...OWNER, voters: others.map(peerId), directory, logger: SILENT_LOGGER };
    await t.rejects(openDiskStorage(options), { code: 'MEMBERSHIP_DIFFERS', message: /p1, p2, p3/ });
  }
});

t.test('a directory that is open is refused, and works again once it is closed', async (t) => {
  t.testdir();
  const directory = newDirectory(t);
  const options = { ...OWNER, directory, logger: SILENT_LOGGER };
  const { storage } = await openDiskStorage(options);
  await t.rejects(openDiskStorage(options), { code: 'STORE_IN_USE', message: /open in another process/ });
  await write(storage, [{ type: 'setHardState', hardState: { currentTerm: 1, votedFor: null } }]);
  await storage.close();
  const { storage: again, stored } = await openDiskStorage(options);
  t.equal(stored.hardState.currentTerm, 1);
  await again.close();
});

t.test('a path that cannot be a directory is refused with the reason', async (t) => {
  const root = t.testdir({ file: 'not a directory' });
  for (const directory of [join(root, 'file'), join(root, 'file', 'below'), '/proc/whitewater/p1']) {
    const refused = openDiskStorage({ ...OWNER, directory, logger: SILENT_LOGGER });
    await t.rejects(refused, { code: 'STORE_UNREADABLE', message: /Check the path/ });
  }
});

const MAY_WRITE_EVERYWHERE = process.getuid?.() === 0 ? 'the administrator may write everywhere' : false;

t.test('a directory that this user may not write is refused', { skip: MAY_WRITE_EVERYWHERE }, async (t) => {
  const root = t.testdir({ locked: {} });
  chmodSync(join(root, 'locked'), 0o500);
  t.teardown(() => chmodSync(join(root, 'locked'), 0o700));
  await t.rejects(openDiskStorage({ ...OWNER, directory: join(root, 'locked', 'p1'), logger: SILENT_LOGGER }), {
    code: 'STORE_UNREADABLE',
    message: /permission denied/i,
  });
});

t.test('E43: a witness beside no database, or beside an empty one, is damage, and stays so', async (t) => {
  t.testdir();
  const directory = newDirectory(t);
  const options = { ...OWNER, directory, logger: SILENT_LOGGER };
  const { storage } = await openDiskStorage(options);
  await storage.close();

  rmSync(join(directory, 'database'), { recursive: true });
  await t.rejects(openDiskStorage(options), { code: 'STORE_DAMAGED', message: new RegExp(directory) });
  // No new database was made at the first try.
  await t.rejects(openDiskStorage(options), { code: 'STORE_DAMAGED' });

  const empty = new ClassicLevel(join(directory, 'database'));
  await empty.open();
  await empty.close();
  await t.rejects(openDiskStorage(options), { code: 'STORE_DAMAGED', message: /empty/ });
});

t.test('E43: a database of which only a log is left is damage, also without a witness', async (t) => {
  t.testdir();
  const directory = newDirectory(t);
  const options = { ...OWNER, directory, logger: SILENT_LOGGER };
  const { storage } = await openDiskStorage(options);
  await storage.close();
  rmSync(join(directory, 'witness'));
  rmSync(join(directory, 'database', 'CURRENT'));
  await t.rejects(openDiskStorage(options), { code: 'STORE_DAMAGED' });
});

t.test('a process that died while it made its first database starts anew', async (t) => {
  t.testdir();
  const directory = newDirectory(t);
  mkdirSync(join(directory, 'database'), { recursive: true });
  writeFileSync(join(directory, 'database', 'MANIFEST-000001'), 'begun');
  writeFileSync(join(directory, 'database', 'LOCK'), '');
  const { storage, stored } = await openDiskStorage({ ...OWNER, directory, logger: SILENT_LOGGER });
  t.equal(stored.hardState.currentTerm, 0);
  await storage.close();
});

t.test('E43: a store put back to an earlier copy of the database alone is refused', async (t) => {
  t.testdir();
  const directory = newDirectory(t);
  const options = { ...OWNER, directory, logger: SILENT_LOGGER };
  const { storage: first } = await openDiskStorage(options);
  await first.close();
  cpSync(join(directory, 'database'), join(directory, 'copy'), { recursive: true });
  const { storage } = await openDiskStorage(options);
  await write(storage, [{ type: 'setHardState', hardState: { currentTerm: 1, votedFor: peerId('p2') } }]);
  await storage.close();
  rmSync(join(directory, 'database'), { recursive: true });
  renameSync(join(directory, 'copy'), join(directory, 'database'));
  await t.rejects(openDiskStorage(options), { code: 'STORE_DAMAGED', message: /step 1.*step 2 was acknowledged/ });
});

t.test('a witness that never ends, or is no file, is not read to its end', async (t) => {
  const directory = t.testdir();
  const open = async (): Promise<void> => {
    const { storage } = await openDiskStorage({ ...OWNER, directory, logger: SILENT_LOGGER });
    await storage.close();
  };
  await open();
  const witness = join(directory, 'witness');
  const good = readFileSync(witness);
  // Longer than a string can be: read whole, it would fail the start of a good database.
  truncateSync(witness, 2 ** 30);
  await open();
  t.strictSame(readFileSync(witness), good, 'a new one was written');
  if (process.platform === 'win32') return;
  rmSync(witness);
  symlinkSync('/dev/zero', witness);
  await t.rejects(open(), { code: 'STORE_UNREADABLE', message: /the witness \S+ is not a regular file/ });
});

t.test('a witness that lags, as after a loss of power, is brought up to date without a word', async (t) => {
  t.testdir();
  const directory = newDirectory(t);
  const warnings: string[] = [];
  const logger = { ...SILENT_LOGGER, warn: (message: string) => void warnings.push(message) };
  const { storage } = await openDiskStorage({ ...OWNER, directory, logger });
  const lagging = readFileSync(join(directory, 'witness'));
  await write(storage, [{ type: 'setHardState', hardState: { currentTerm: 1, votedFor: null } }]);
  await storage.close();
  t.notSame(readFileSync(join(directory, 'witness')), lagging);
  writeFileSync(join(directory, 'witness'), lagging);
  const { storage: again, stored } = await openDiskStorage({ ...OWNER, directory, logger });
  t.equal(stored.hardState.currentTerm, 1);
  await again.close();
  t.same(warnings, []);
  t.match(readFileSync(join(directory, 'witness'), 'utf8'), 'step 0000000000000002');
});

t.test(
  'E43: the witness never leads: it hears of a step after the database has it, and of a failed one never',
  async (t) => {
    const database = new MemoryLevel();
    const heard: string[] = [];
    const batch = database.batch.bind(database) as (...given: unknown[]) => Promise<void>;
    let fails = false;
    const watched = new Proxy(database, {
      get: (target, name) => {
        if (name !== 'batch') return Reflect.get(target, name, target) as unknown;
        return async (...given: unknown[]) => {
          await new Promise((resolve) => setImmediate(resolve));
          if (fails) throw new Error('no space left');
          await batch(...given);
          heard.push('batch');
        };
      },
    });
    const witness = {
      write: async (step: number) => void heard.push(`witness ${step}`),
      close: () => Promise.resolve(),
    };
    const storage = new LevelStorage('disk', watched, await createStore(database, OWNER), witness);
    const step: StorageStep = { type: 'setHardState', hardState: { currentTerm: 1, votedFor: null } };
    await write(storage, [step]);
    t.same(heard, ['batch', 'witness 2']);
    fails = true;
    await t.rejects(write(storage, [step]), { message: 'no space left' });
    t.same(heard, ['batch', 'witness 2']);
  },
);

t.test('a database in which a record is missing, wrong or older than the head is damage', async (t) => {
  const where = 'the test store';
  const spoil: Record<string, (database: MemoryLevel) => Promise<unknown>> = {
    'no head': (database) => database.del('head'),
    'no format': (database) => database.del('format'),
    'no owner': (database) => database.del('owner'),
    'no voters': (database) => database.del('voters'),
    'the first record gone': (database) => database.del(entriesKey(1)),
    'the last record gone': (database) => database.del(entriesKey(3)),
    'a record too many': (database) =>
      database.put(
        entriesKey(4),
        encodeRecord<'entries'>(entriesKey(4), [{ term: 9, type: 'command', command: '1' }]).text,
      ),
    'an older record in its place': (database) =>
      database.put(
        entriesKey(3),
        encodeRecord<'entries'>(entriesKey(3), [{ term: 1, type: 'command', command: 'older' }]).text,
      ),
    'a record under another key': async (database) =>
      database.put(entriesKey(2), (await database.get(entriesKey(1))) ?? 'missing'),
    'not a record': (database) => database.put('head', '{}'),
    'a head of a wrong shape': (database) => database.put('head', encodeRecord<'voters'>('head', [peerId('p1')]).text),
  };
  for (const [what, damage] of Object.entries(spoil)) {
    const database = new MemoryLevel();
    const { storage } = await openMemoryStorage(OWNER, database);
    await write(storage, [
      { type: 'setHardState', hardState: { currentTerm: 2, votedFor: null } },
      { type: 'append', firstIndex: 1, entries: [{ term: 1, type: 'noOp' }] },
    ]);
    for (const [firstIndex, term] of [
      [2, 1],
      [3, 2],
    ] as const) {
      await write(storage, [{ type: 'append', firstIndex, entries: [{ term, type: 'noOp' }] }]);
    }
    t.ok(await loadStore(database, OWNER, where));
    await damage(database);
    await t.rejects(loadStore(database, OWNER, where), DamagedRecord, what);
  }
});

t.test('terms that fall, or a current term below the last entry, are damage', async (t) => {
  for (const [currentTerm, terms] of [
    [5, [2, 1]],
    [1, [1, 2]],
  ] as const) {
    const database = new MemoryLevel();
    const { storage } = await openMemoryStorage(OWNER, database);
    await write(storage, [
      { type: 'setHardState', hardState: { currentTerm, votedFor: null } },
      { type: 'append', firstIndex: 1, entries: terms.map((term) => ({ term, type: 'noOp' })) },
    ]);
    await t.rejects(loadStore(database, OWNER, 'the test store'), DamagedRecord);
  }
});

t.test('a store of a newer format is refused with the way out', async (t) => {
  const database = new MemoryLevel();
  await createStore(database, OWNER);
  await database.put('format', encodeRecord<'format'>('format', { version: 5 }).text);
  await t.rejects(loadStore(database, OWNER, 'the test store'), {
    code: 'STORE_UNREADABLE',
    message: /format 5.*reads format 4.*use the version that wrote it/,
  });
});

t.test('a write that fails says so', async (t) => {
  t.testdir();
  const directory = newDirectory(t);
  const { storage } = await openDiskStorage({ ...OWNER, directory, logger: SILENT_LOGGER });
  await t.rejects(
    write(storage, [{ type: 'append', firstIndex: 5, entries: [{ term: 1, type: 'noOp' }] }]),
    /entry 5 does not follow entry 0/,
  );
  await storage.close();
  await t.rejects(write(storage, [{ type: 'setHardState', hardState: { currentTerm: 1, votedFor: null } }]));
});

t.test('E43: a process killed at any moment leaves at least what it acknowledged', async (t) => {
  t.testdir();
  const directory = newDirectory(t);
  let acknowledged = 0;
  for (let round = 0; round < 2; round += 1) {
    const child = spawn(
      'env',
      [...WITHOUT_LOADER, process.execPath, join(ROOT, 'dist-test/support/writeTerms.js'), directory],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const stopAfter = acknowledged + 20 + round * 7;
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged = Number(line);
      if (acknowledged === stopAfter) child.kill('SIGKILL');
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    t.equal(child.signalCode, 'SIGKILL');
    const { storage, stored } = await openDiskStorage({ ...OWNER, directory, logger: SILENT_LOGGER });
    t.ok(stored.hardState.currentTerm >= acknowledged, `${stored.hardState.currentTerm} of ${acknowledged}`);
    t.equal(stored.entries.length, stored.hardState.currentTerm);
    acknowledged = stored.hardState.currentTerm;
    await storage.close();
  }
  t.ok(readdirSync(directory).includes('witness'));
});
