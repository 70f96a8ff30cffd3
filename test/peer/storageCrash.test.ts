import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import t, { type Test } from 'tap';
import type { OpenedStorage, Storage } from '../../peer/ports/Storage.ts';
import type { Entry } from '../../shared/messages/Entry.ts';
import { CrashImages } from '../support/crashImages.ts';
import { FollowerStage, putAt, snapshotPieces, stateAfter } from '../support/FollowerStage.ts';
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
    const operations = new Set(images.images.map(({ before }) => before.replace(/\d+/, 'N')));
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
