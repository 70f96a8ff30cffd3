import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { MemoryLevel } from 'memory-level';
import t, { type Test } from 'tap';
import { SILENT_LOGGER, type Logger } from '../../endpoint/ports/Logger.ts';
import type { OpenedStorage, Storage } from '../../peer/ports/Storage.ts';
import type { SnapshotStore } from '../../peer/ports/SnapshotStore.ts';
import type { StorageStep } from '../../peer/raft/effect.ts';
import { LevelStorage } from '../../peer/storage/LevelStorage.ts';
import { createStore } from '../../peer/storage/loadStore.ts';
import { OWNER, write } from '../contract/storage.contract.ts';
import { FollowerStage, putAt, snapshotPieces, stateAfter } from '../support/FollowerStage.ts';
import { appendEntries, requestVote } from '../support/raftMessages.ts';
import { WITHOUT_LOADER } from '../support/processes.ts';
import { ROOT } from '../support/root.ts';

function newDirectory(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'whitewater-failed-writes-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const HISTORY = Array.from({ length: 30 }, (_, at) => putAt(at + 1));
const FULL = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

function entriesUpTo(from: number, to: number, term = 1): ReturnType<typeof appendEntries> {
  const entries = HISTORY.slice(from - 1, to).map((entry) => ({ ...entry, term }));
  return appendEntries(term, { prevLogIndex: from - 1, prevLogTerm: from === 1 ? 0 : 1, entries, leaderCommit: to });
}

/** The store, and the writes with such a step fail. */
function failing(opened: OpenedStorage, kind: StorageStep['type']): OpenedStorage {
  const { storage } = opened;
  const given: Storage = {
    kind: storage.kind,
    write: (steps, done) => {
      if (steps.some(({ type }) => type === kind)) setImmediate(() => done(FULL));
      else storage.write(steps, done);
    },
    close: () => storage.close(),
  };
  return { ...opened, storage: given };
}

/** Brings a follower to a write of each kind. */
const CAUSES: Record<StorageStep['type'], (follower: FollowerStage) => void> = {
  setHardState: (follower) => follower.receive('p2', requestVote(7, { lastLogIndex: 30, lastLogTerm: 6 })),
  append: (follower) => follower.receive('p2', entriesUpTo(1, 2)),
  truncate: (follower) =>
    follower.receive('p3', appendEntries(3, { prevLogIndex: 1, prevLogTerm: 1, entries: [putAt(2, 3)] })),
  useSnapshot: (follower) => follower.receive('p2', entriesUpTo(3, 6)),
};

for (const kind of Object.keys(CAUSES) as StorageStep['type'][]) {
  t.test(`a full disk stops the peer with a clear message, and nothing is told: ${kind}`, async (t) => {
    const directory = newDirectory(t);
    let isFull = false;
    const wrap = (opened: OpenedStorage): OpenedStorage => {
      const bad = failing(opened, kind);
      const storage: Storage = {
        kind: 'disk',
        write: (steps, done) => (isFull ? bad : opened).storage.write(steps, done),
        close: () => opened.storage.close(),
      };
      return { ...opened, storage };
    };
    const follower = await FollowerStage.start({ directory, wrap });
    if (kind === 'truncate' || kind === 'useSnapshot') {
      follower.receive('p2', { ...entriesUpTo(1, 2), body: { ...entriesUpTo(1, 2).body, leaderCommit: 1 } });
      await follower.reaches('entry 2', () => follower.acknowledged(1) >= 2);
    }
    isFull = true;
    const sent = follower.sent.length;
    const before = JSON.stringify(follower.driver.status().term);
    CAUSES[kind](follower);
    await follower.reaches('its end', () => follower.failures.length > 0);
    t.match(follower.failures, [
      {
        code: 'STORE_WRITE_FAILED',
        message: /peer "p1" stops.*no space left on device.*Check the disk, then start it again/,
      },
    ]);
    const told = follower.sent.slice(sent);
    t.same(
      told.filter(({ type }) => type === 'RequestVoteReply'),
      [],
    );
    if (kind !== 'useSnapshot') t.same(told, [], 'nothing that the write would have made true');
    t.equal(JSON.stringify(follower.driver.status().term), before);
    follower.receive('p2', entriesUpTo(1, 2));
    t.equal(follower.failures.length, 1, 'it never goes on');
    await follower.stop();
    // With room again it starts on the same directory, with all that it acknowledged.
    const again = await FollowerStage.start({ directory });
    t.ok(again.driver.status().lastLogIndex >= follower.acknowledged(1));
    await again.stop();
  });
}

t.test('a witness that cannot be written fails the write, as the database does', async (t) => {
  const database = new MemoryLevel();
  const witness = {
    write: () => {
      throw FULL;
    },
    close: () => Promise.resolve(),
  };
  const storage = new LevelStorage('disk', database, await createStore(database, OWNER), witness);
  const steps = [{ type: 'setHardState', hardState: { currentTerm: 1, votedFor: null } }] as const;
  await t.rejects(write(storage, steps), FULL);
});

/** A store of snapshots whose writing and receiving can be made to fail. */
class FullSnapshots implements SnapshotStore {
  isFull = true;
  failures = 0;
  readonly #inner: SnapshotStore;

  constructor(inner: SnapshotStore) {
    this.#inner = inner;
  }

  write(index: number, records: Iterable<unknown>): Promise<number> {
    return this.#unlessFull(() => this.#inner.write(index, records));
  }

  sizeOf(index: number): Promise<number> {
    return this.#inner.sizeOf(index);
  }

  receive(piece: Parameters<SnapshotStore['receive']>[0]): ReturnType<SnapshotStore['receive']> {
    return this.#unlessFull(() => this.#inner.receive(piece));
  }

  read(index: number): AsyncIterable<unknown> {
    return this.#inner.read(index);
  }

  readPiece(index: number, offset: number, bytesMax: number): ReturnType<SnapshotStore['readPiece']> {
    return this.#inner.readPiece(index, offset, bytesMax);
  }

  forgetOlder(index: number): Promise<void> {
    return this.#inner.forgetOlder(index);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  async #unlessFull<Value>(work: () => Promise<Value>): Promise<Value> {
    if (!this.isFull) return work();
    this.failures += 1;
    throw FULL;
  }
}

t.test('a snapshot that cannot be stored is told of; the peer goes on, and tries again', async (t) => {
  const directory = newDirectory(t);
  const told: string[] = [];
  const tell = (message: string): void => void told.push(message);
  const logger: Logger = { ...SILENT_LOGGER, warn: tell, error: tell };
  let full: FullSnapshots | undefined;
  const wrap = (opened: OpenedStorage): OpenedStorage => {
    if (opened.snapshots === undefined) return opened;
    full = new FullSnapshots(opened.snapshots);
    return { ...opened, snapshots: full };
  };
  const follower = await FollowerStage.start({ directory, logger, wrap });
  if (full === undefined) throw new Error('a directory has a place for snapshots');
  const snapshots = full;
  follower.receive('p2', entriesUpTo(1, 4));
  await follower.reaches('a failed snapshot', () => told.length > 0);
  t.match(told, [/a snapshot could not be stored: check the free space/]);
  for (let at = 5; at <= 10; at += 1) {
    follower.receive('p2', entriesUpTo(at, at));
    await follower.reaches(`entry ${at}`, () => follower.acknowledged(1) >= at);
  }
  t.equal(snapshots.failures, 1, 'not with every entry');
  snapshots.isFull = false;
  for (let passedMs = 0; passedMs < 5000; passedMs += 100) {
    follower.clock.advance(100);
    follower.receive('p2', appendEntries(1, { prevLogIndex: 10, prevLogTerm: 1 }));
  }
  follower.receive('p2', entriesUpTo(11, 11));
  await follower.reaches('a snapshot', () => follower.driver.status().snapshotIndex >= 11);

  // The same for a leader's: no answer, as if the piece had been lost.
  const [piece] = await snapshotPieces(HISTORY.slice(0, 20), 1);
  if (piece === undefined) throw new Error('no piece');
  snapshots.isFull = true;
  follower.receive('p2', { type: 'InstallSnapshot', body: piece });
  await follower.reaches('another word', () => told.length > 1);
  t.match(told[1], /a piece of a snapshot could not be .*stored.*no space left/);
  t.same(follower.bodiesOf('InstallSnapshotReply'), []);
  snapshots.isFull = false;
  follower.receive('p2', { type: 'InstallSnapshot', body: piece });
  await follower.reaches('the snapshot', () => follower.acknowledged(1) >= 20);
  await follower.reaches('its state', () => isDeepStrictEqual(follower.state, stateAfter(HISTORY.slice(0, 20))));
  t.same(follower.failures, []);
  await follower.stop();
  t.same(
    readdirSync(join(directory, 'snapshots')).filter((name) => !name.startsWith('snapshot-')),
    [],
    'nothing half-done is left',
  );
});

/** A file system of 1 MiB, on which a process writes until it is full. */
const ON_A_SMALL_DISK =
  'mount -t tmpfs -o size=1m none "$1" && head -c 500000 /dev/zero > "$1/ballast" || exit 77; ' +
  '"$3" "$2" "$1/p1"; echo "ended $?"; rm "$1/ballast"; "$3" "$2" "$1/p1" | head -n 1';

const CAN_MOUNT = spawnSync('unshare', ['-rm', 'true']).status === 0;

t.test(
  'a disk that is really full: a clear error, and with room again all that was acknowledged',
  { skip: CAN_MOUNT ? false : 'this user may not mount a file system' },
  async (t) => {
    const program = join(ROOT, 'dist-test/support/writeTerms.js');
    const inPlace = ['unshare', '-rm', 'sh', '-c', ON_A_SMALL_DISK, 'sh', newDirectory(t), program, process.execPath];
    const child = spawn('env', [...WITHOUT_LOADER, ...inPlace], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, error] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (error += text));
    await once(child, 'close');
    const [full = '', after = ''] = out.split(/ended \d+\n/);
    const acknowledged = full.trim().split('\n').map(Number);
    t.ok(acknowledged.length > 100, `${acknowledged.length} writes`);
    t.match(error, /No space left on device/);
    const first = Number(after.split('\n')[0]);
    const last = acknowledged.at(-1) ?? 0;
    // The write that failed may have happened.
    t.ok(first === last + 1 || first === last + 2, `${last} was acknowledged, and it goes on with ${first}`);
  },
);
