import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { ClassicLevel } from 'classic-level';
import t, { type Test } from 'tap';
import { SILENT_LOGGER } from '../../endpoint/ports/Logger.ts';
import type { OpenedStorage, Storage, StoredState } from '../../peer/ports/Storage.ts';
import { configurationOf } from '../../peer/raft/configuration.ts';
import type { StorageStep } from '../../peer/raft/effect.ts';
import { openDiskStorage } from '../../peer/storage/openDiskStorage.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import { peerId } from '../../shared/ids.ts';
import type { Entry } from '../../shared/messages/Entry.ts';
import { afterStep } from '../../sim/StoredImage.ts';
import { CrashImages } from '../support/crashImages.ts';
import { EVERY_BYTE } from '../support/damages.ts';
import { FOLLOWER, FollowerStage, putAt, snapshotPieces, stateAfter } from '../support/FollowerStage.ts';
import { appendEntries } from '../support/raftMessages.ts';

/** In memory where there is such a place: hundreds of stores are copied and opened. */
function directoryOf(t: Test): string {
  if (!existsSync('/dev/shm')) return t.testdir();
  const root = mkdtempSync('/dev/shm/whitewater-');
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

const FIRST = Array.from({ length: 23 }, (_, at) => putAt(at + 1));
/** Another leader's: from entry 21 on it is another history. */
const SECOND = [...FIRST.slice(0, 20), ...Array.from({ length: 8 }, (_, at) => putAt(at + 21, 2))];

function entriesUpTo(
  history: readonly Entry[],
  from: number,
  to: number,
  leaderCommit = to,
): ReturnType<typeof appendEntries> {
  const prevLogTerm = history[from - 2]?.term ?? 0;
  const term = history[to - 1]?.term ?? 0;
  return appendEntries(term, {
    prevLogIndex: from - 1,
    prevLogTerm,
    entries: history.slice(from - 1, to),
    leaderCommit,
  });
}

/** Takes snapshots of its own, is sent one while it takes another, goes on, and is sent one that replaces its log. */
async function live(follower: FollowerStage): Promise<void> {
  const acknowledges = (term: number, index: number): Promise<void> =>
    follower.reaches(`entry ${index} of term ${term}`, () => follower.acknowledged(term) >= index);
  const snapshot = (index: number): Promise<void> =>
    follower.reaches(`a snapshot of ${index}`, () => follower.driver.status().snapshotIndex >= index);
  const install = async (from: string, history: readonly Entry[], count: number): Promise<void> => {
    for (const [at, body] of (await snapshotPieces(history, count)).entries()) {
      const answers = follower.bodiesOf('InstallSnapshotReply').length;
      follower.receive(from, { type: 'InstallSnapshot', body });
      await follower.reaches(
        `an answer to piece ${at}`,
        () => follower.bodiesOf('InstallSnapshotReply').length > answers,
      );
    }
  };
  for (let at = 1; at <= 9; at += 2) {
    follower.receive('p2', entriesUpTo(FIRST, at, at + 1));
    await acknowledges(1, at + 1);
  }
  await snapshot(4);
  // Its own snapshot and the leader's at the same time.
  follower.receive('p2', entriesUpTo(FIRST, 11, 13));
  await install('p2', FIRST.slice(0, 20), 3);
  await snapshot(20);
  follower.receive('p2', entriesUpTo(FIRST, 21, 23, 20));
  await acknowledges(1, 23);
  await install('p3', SECOND.slice(0, 25), 2);
  await snapshot(25);
  follower.receive('p3', entriesUpTo(SECOND, 26, 28));
  await acknowledges(2, 28);
  await follower.reaches('everything applied', () => isDeepStrictEqual(follower.state, stateAfter(SECOND)));
}

const CONFIGURATION = configurationOf(FOLLOWER.voters, [peerId('p4')]);
const snapshotOf = (index: number, term: number) => ({ index, term, configuration: CONFIGURATION });

const WRITES: readonly (readonly StorageStep[])[] = [
  [{ type: 'setHardState', hardState: { currentTerm: 1, votedFor: peerId('p2') } }],
  [{ type: 'append', firstIndex: 1, entries: [putAt(1), putAt(2), putAt(3)] }],
  [{ type: 'useSnapshot', snapshot: snapshotOf(2, 1), baseIndex: 1, baseTerm: 1, replacesLog: false }],
  [
    { type: 'setHardState', hardState: { currentTerm: 2, votedFor: null } },
    { type: 'truncate', fromIndex: 3 },
    {
      type: 'append',
      firstIndex: 3,
      entries: [putAt(3, 2), { term: 2, type: 'configuration', configuration: CONFIGURATION }],
    },
  ],
  [{ type: 'useSnapshot', snapshot: snapshotOf(9, 2), baseIndex: 9, baseTerm: 2, replacesLog: true }],
  [{ type: 'append', firstIndex: 10, entries: [{ term: 2, type: 'noOp' }] }],
];

t.test('E43: a crash within any batch: the database ends after any of its bytes', async (t) => {
  const root = directoryOf(t);
  const [directory, scratch] = [join(root, 'p1'), join(root, 'scratch')];
  const witness = (): Buffer => readFileSync(join(directory, 'witness'));
  const log = join('database', '000003.log');
  // What compaction leaves over is cleared by another thread, and would lengthen the log while it is measured. It may stay.
  Object.defineProperty(ClassicLevel.prototype, 'clear', { configurable: true, value: () => Promise.resolve() });
  t.teardown(() => Reflect.deleteProperty(ClassicLevel.prototype, 'clear'));
  const found = async (length: number, witnessed: Buffer): Promise<unknown> => {
    rmSync(scratch, { recursive: true, force: true });
    cpSync(directory, scratch, { recursive: true });
    truncateSync(join(scratch, log), length);
    writeFileSync(join(scratch, 'witness'), witnessed);
    try {
      const { storage, stored } = await openDiskStorage({ ...FOLLOWER, directory: scratch, logger: SILENT_LOGGER });
      await storage.close();
      return stored;
    } catch (error) {
      return error instanceof WhitewaterError ? error.code : String(error);
    }
  };
  const { storage, stored } = await openDiskStorage({ ...FOLLOWER, directory, logger: SILENT_LOGGER });
  let before: StoredState = stored;
  let cuts = 0;
  for (const steps of WRITES) {
    const [witnessBefore, begin] = [witness(), statSync(join(directory, log)).size];
    await new Promise<void>((resolve, reject) =>
      storage.write(steps, (error) => (error === undefined ? resolve() : reject(error))),
    );
    const after = steps.reduce(afterStep, before);
    const end = statSync(join(directory, log)).size;
    for (let length = begin; length < end; length += EVERY_BYTE ? 1 : 41) {
      t.strictSame(await found(length, witnessBefore), before, `not acknowledged, cut to ${length}`);
      t.equal(await found(length, witness()), 'STORE_DAMAGED', `acknowledged, cut to ${length}`);
      cuts += 1;
    }
    t.strictSame(await found(end, witnessBefore), after, 'between the batch and the witness');
    t.strictSame(await found(end, witness()), after);
    before = after;
  }
  await storage.close();
  t.ok(cuts > WRITES.length * 3, `${cuts} cuts`);
});

/** What must have survived. */
interface Acknowledged {
  readonly first: number;
  readonly second: number;
}

/** @returns what is wrong with what a peer finds that starts there; undefined when nothing is */
async function verdictOn(directory: string, { first, second }: Acknowledged): Promise<string | undefined> {
  let follower: FollowerStage;
  try {
    follower = await FollowerStage.start({ directory });
  } catch (error) {
    return `it does not start: ${String(error)}`;
  }
  const { base, entries, snapshot } = follower.opened.stored;
  const { state } = follower;
  await follower.stop();
  const last = base.index + entries.length;
  const isOf = (history: readonly Entry[]): boolean =>
    isDeepStrictEqual(entries, history.slice(base.index, last)) &&
    isDeepStrictEqual(state, stateAfter(history.slice(0, snapshot?.index ?? 0)));
  if (second > 0) return isOf(SECOND) && last >= second ? undefined : `not ${second} entries of the second history`;
  if (isOf(FIRST) && last >= first) return undefined;
  return isOf(SECOND) && last > 20 ? undefined : `not ${first} entries of the first history`;
}

/** An operation without the numbers and ids in its file's name. */
function kindOf(operation: string): string {
  return operation.replace(/(writing|receiving)-\S+/, '$1').replace(/\d+/, 'N');
}

/** What a peer does to its files while a write of its log's store is under way is done before that. */
function slowly(opened: OpenedStorage, images: CrashImages): OpenedStorage {
  const { storage } = opened;
  const write: Storage['write'] = (steps, done) => {
    images.take('batch');
    const isSwitch = steps.some(({ type }) => type === 'useSnapshot');
    setTimeout(
      () => {
        images.take('batch');
        storage.write(steps, done);
      },
      isSwitch ? 30 : 0,
    );
  };
  return { ...opened, storage: { kind: storage.kind, write, close: () => storage.close() } };
}

t.test(
  'E43, E44: a follower that takes, receives and installs snapshots, crashed before each operation on its files',
  async (t) => {
    const root = directoryOf(t);
    const directory = join(root, 'p1');
    const images = CrashImages.of(t, directory, join(root, 'images'));
    const follower = await FollowerStage.start({ directory, wrap: (opened) => slowly(opened, images) });
    const acknowledged: Acknowledged[] = [];
    images.onImage = () => acknowledged.push({ first: follower.acknowledged(1), second: follower.acknowledged(2) });
    await live(follower);
    images.take('the end');
    images.stop();
    await follower.stop();
    t.same(follower.failures, []);
    const operations = new Set(images.images.map(({ before }) => kindOf(before)));
    for (const needed of [
      'rename to snapshot-N',
      'rm snapshot-N',
      'sync receiving',
      'sync writing',
      'write witness',
      'batch',
    ]) {
      t.ok(operations.has(needed), needed);
    }
    for (const [at, { before, killed, powerless }] of images.images.entries()) {
      const expected = acknowledged[at];
      if (expected === undefined) continue;
      for (const [how, left] of Object.entries({ killed, powerless })) {
        const verdict = await verdictOn(left, expected);
        if (verdict !== undefined) t.fail(`${how} before ${before} (${at}): ${verdict}`);
      }
    }
    t.comment(`${images.images.length} images: ${[...operations].sort().join(', ')}`);
  },
);
