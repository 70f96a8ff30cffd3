import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t, { type Test } from 'tap';
import { SILENT_LOGGER } from '../../endpoint/ports/Logger.ts';
import { openStorage } from '../../peer/adapters.ts';
import type { OpenedStorage, StoredState } from '../../peer/ports/Storage.ts';
import { configurationOf } from '../../peer/raft/configuration.ts';
import type { StorageStep } from '../../peer/raft/effect.ts';
import { peerId } from '../../shared/ids.ts';
import type { Entry } from '../../shared/messages/Entry.ts';
import { type Damage, damagesOf } from '../support/damages.ts';
import { FOLLOWER, putAt, snapshotRecords, stateAfter } from '../support/FollowerStage.ts';
import { WITHOUT_LOADER } from '../support/processes.ts';
import { ROOT } from '../support/root.ts';

const [p1, p2, p3] = [peerId('p1'), peerId('p2'), peerId('p3')];

const CONFIGURATION = { voters: [p1, p2], votersOutgoing: [p1, p2, p3], learners: [p3] };
const SNAPSHOT = { index: 2, term: 2, configuration: configurationOf([p1, p2, p3]) };
const COMMITTED: readonly Entry[] = [putAt(1), putAt(2, 2)];

const HISTORY: readonly (readonly StorageStep[])[] = [
  [{ type: 'setHardState', hardState: { currentTerm: 1, votedFor: p2 } }],
  [{ type: 'append', firstIndex: 1, entries: [putAt(1), putAt(2), { term: 1, type: 'command', command: 'é' }] }],
  [
    { type: 'setHardState', hardState: { currentTerm: 2, votedFor: null } },
    { type: 'truncate', fromIndex: 2 },
    { type: 'append', firstIndex: 2, entries: COMMITTED.slice(1) },
  ],
  [
    { type: 'append', firstIndex: 3, entries: [{ term: 2, type: 'configuration', configuration: CONFIGURATION }] },
    { type: 'useSnapshot', snapshot: SNAPSHOT, baseIndex: 1, baseTerm: 1, replacesLog: false },
  ],
  [{ type: 'setHardState', hardState: { currentTerm: 2, votedFor: p3 } }],
];

const ACKNOWLEDGED: StoredState = {
  hardState: { currentTerm: 2, votedFor: p3 },
  base: { index: 1, term: 1 },
  entries: [...COMMITTED.slice(1), { term: 2, type: 'configuration', configuration: CONFIGURATION }],
  snapshot: SNAPSHOT,
  bootstrap: configurationOf([p1, p2, p3]),
};

/** Where the newest records are when the process stops: still in LevelDB's log, or in a table after opening again. */
const SHAPES = [
  { name: 'all of it in the log', openAgainAfter: [] },
  { name: 'half in a table, half in the log', openAgainAfter: [1] },
  { name: 'several tables, and an empty log', openAgainAfter: [0, 1, 2, 3] },
] as const;

/** LevelDB ends its process where it asserts something of a damaged file: that peer does not start either. */
const ALLOWED = new Set(['exact', 'exact, with a warning', 'STORE_DAMAGED', 'SIGABRT', 'SIGSEGV']);

for (const { name, openAgainAfter } of SHAPES) {
  t.test(
    `E43: ${name}: a byte flipped, a file cut or gone: the acknowledged state or a refusal, never an older one`,
    { timeout: 3_600_000 },
    async (t) => {
      const root = directoryOf(t);
      const original = join(root, 'original');
      await writeHistory(original, openAgainAfter);
      const damages = damagesOf(original);
      t.ok(damages.some(({ file }) => file.startsWith('snapshots/snapshot-')));
      writeFileSync(join(root, 'expected'), JSON.stringify({ stored: ACKNOWLEDGED, state: stateAfter(COMMITTED) }));
      const outcomes = await outcomesOf(root, damages);
      t.equal(outcomes.length, damages.length);
      const results = new Map<string, number>();
      for (const [at, outcome] of outcomes.entries()) {
        const { file = '', what = '' } = damages[at] ?? {};
        if (!ALLOWED.has(outcome)) t.fail(`${file}, ${what}: ${outcome}`);
        const kind = `${file.replace(/[0-9]+/, 'N')}: ${outcome}`;
        results.set(kind, (results.get(kind) ?? 0) + 1);
      }
      t.comment(Object.fromEntries(results));
      t.ok(results.has('snapshots/snapshot-N: STORE_DAMAGED'));
      t.notOk(results.has('snapshots/snapshot-N: exact'), 'no byte of a snapshot may differ');
    },
  );
}

/** In memory where there is such a place: a thousand stores are opened, and each one syncs. */
function directoryOf(t: Test): string {
  if (!existsSync('/dev/shm')) return t.testdir();
  const root = mkdtempSync('/dev/shm/whitewater-');
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

async function writeHistory(directory: string, openAgainAfter: readonly number[]): Promise<void> {
  const open = (): Promise<OpenedStorage> => openStorage({ directory }, FOLLOWER, SILENT_LOGGER);
  let opened = await open();
  await opened.snapshots?.write(SNAPSHOT.index, snapshotRecords(COMMITTED));
  for (const [at, steps] of HISTORY.entries()) {
    await write(opened, steps);
    if (openAgainAfter.includes(at)) {
      await opened.storage.close();
      opened = await open();
    }
  }
  await opened.storage.close();
}

function write({ storage }: OpenedStorage, steps: readonly StorageStep[]): Promise<void> {
  return new Promise((resolve, reject) => {
    storage.write(steps, (error) => (error === undefined ? resolve() : reject(error)));
  });
}

/** One after the other in a process of their own, and in a next one when that has died. */
async function outcomesOf(root: string, damages: readonly Damage[]): Promise<string[]> {
  const outcomes: string[] = [];
  while (outcomes.length < damages.length) {
    const program = join(ROOT, 'dist-test/support/openDamaged.js');
    const paths = ['original', 'scratch', 'expected'].map((name) => join(root, name));
    const args = [...WITHOUT_LOADER, process.execPath, program, ...paths, String(outcomes.length)];
    const child = spawn('env', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let isOpen = false;
    for await (const line of createInterface({ input: child.stdout })) {
      const [, event, at, outcome = ''] = /^(begin|end) (\d+) ?(.*)$/.exec(line) ?? [];
      if (Number(at) !== outcomes.length) throw new Error(`"${line}" came as number ${outcomes.length}`);
      isOpen = event === 'begin';
      if (!isOpen) outcomes.push(outcome);
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    if (outcomes.length === damages.length) break;
    // It died within one; else it would go round for ever.
    if (!isOpen) throw new Error(`the process ended with ${child.exitCode ?? child.signalCode} between two damages`);
    outcomes.push(child.signalCode ?? `exit ${child.exitCode}`);
  }
  return outcomes;
}
