import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import t, { type Test } from 'tap';
import type { OpenedStorage, StoredState } from '../../peer/ports/Storage.ts';
import { SILENT_LOGGER, type Logger } from '../../endpoint/ports/Logger.ts';
import { configurationOf } from '../../peer/raft/configuration.ts';
import type { StorageStep } from '../../peer/raft/effect.ts';
import { openDiskStorage } from '../../peer/storage/openDiskStorage.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import { clusterId, peerId } from '../../shared/ids.ts';

const [p1, p2, p3] = [peerId('p1'), peerId('p2'), peerId('p3')];
const OWNER = { cluster: clusterId('demo'), id: p1, voters: [p1, p2, p3] };

const CONFIGURATION = { voters: [p1, p2], votersOutgoing: [p1, p2, p3], learners: [p3] };
const SNAPSHOT = { index: 2, term: 2, configuration: configurationOf([p1, p2, p3]) };

const HISTORY: readonly (readonly StorageStep[])[] = [
  [{ type: 'setHardState', hardState: { currentTerm: 1, votedFor: p2 } }],
  [{ type: 'append', firstIndex: 1, entries: [1, 1, 1].map((term) => ({ term, type: 'command', command: 'é' })) }],
  [
    { type: 'setHardState', hardState: { currentTerm: 2, votedFor: null } },
    { type: 'truncate', fromIndex: 2 },
    { type: 'append', firstIndex: 2, entries: [{ term: 2, type: 'command', command: 'later' }] },
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
  entries: [
    { term: 2, type: 'command', command: 'later' },
    { term: 2, type: 'configuration', configuration: CONFIGURATION },
  ],
  snapshot: SNAPSHOT,
  bootstrap: configurationOf([p1, p2, p3]),
};

/** Where the newest records are when the process stops: still in LevelDB's log, or in a table after opening again. */
const SHAPES = [
  { name: 'all of it in the log', openAgainAfter: [] },
  { name: 'half in a table, half in the log', openAgainAfter: [1] },
  { name: 'several tables, and an empty log', openAgainAfter: [0, 1, 2, 3] },
] as const;

/** Every byte of every file with WHITEWATER_TEST_EVERY_BYTE=1, else a share of them. */
const EVERY_BYTE = process.env['WHITEWATER_TEST_EVERY_BYTE'] === '1';

for (const { name, openAgainAfter } of SHAPES) {
  t.test(
    `E43: ${name}: a byte flipped, a file cut or gone: the acknowledged state or a refusal, never an older one`,
    async (t) => {
      const root = directoryOf(t);
      const [original, scratch] = [join(root, 'original'), join(root, 'scratch')];
      await writeHistory(original, openAgainAfter);
      const results = new Map<string, number>();
      for (const file of filesOf(original)) {
        for (const damage of damagesOf(join(original, file))) {
          rmSync(scratch, { recursive: true, force: true });
          cpSync(original, scratch, { recursive: true });
          damage.inflict(join(scratch, file));
          const outcome = await outcomeOf(scratch);
          if (!ALLOWED.has(outcome)) t.fail(`${file}, ${damage.what}: ${outcome}`);
          const kind = file.replace(/[0-9]+/, 'N');
          results.set(`${kind}: ${outcome}`, (results.get(`${kind}: ${outcome}`) ?? 0) + 1);
        }
      }
      t.comment(Object.fromEntries(results));
      t.ok(results.size > 0);
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
  let opened = await openDiskStorage({ ...OWNER, directory, logger: SILENT_LOGGER });
  for (const [at, steps] of HISTORY.entries()) {
    await write(opened, steps);
    if (openAgainAfter.includes(at)) {
      await opened.storage.close();
      opened = await openDiskStorage({ ...OWNER, directory, logger: SILENT_LOGGER });
    }
  }
  await opened.storage.close();
}

function write({ storage }: OpenedStorage, steps: readonly StorageStep[]): Promise<void> {
  return new Promise((resolve, reject) => {
    storage.write(steps, (error) => (error === undefined ? resolve() : reject(error)));
  });
}

function filesOf(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(directory, name)).isFile(),
  );
}

interface Damage {
  readonly what: string;
  inflict(path: string): void;
}

function damagesOf(path: string): Damage[] {
  const { size } = statSync(path);
  const damages: Damage[] = [{ what: 'gone', inflict: (path) => rmSync(path) }];
  const stride = strideOf(path, size);
  for (let at = 0; at < size; at += stride) {
    const mask = [0x01, 0x80, 0xff, 0x20][at % 4] ?? 1;
    damages.push({
      what: `byte ${at} flipped by ${mask}`,
      inflict: (path) => {
        const bytes = readFileSync(path);
        bytes[at] = (bytes[at] ?? 0) ^ mask;
        writeFileSync(path, bytes);
      },
    });
    damages.push({ what: `cut to ${at} bytes`, inflict: (path) => truncateSync(path, at) });
  }
  return damages;
}

function strideOf(path: string, size: number): number {
  if (EVERY_BYTE) return 1;
  // LevelDB writes this text for people and never reads it.
  if (/LOG(?:\.old)?$/.test(path)) return 101;
  return size < 100 ? 3 : 13;
}

const ALLOWED = new Set(['exact', 'exact, with a warning', 'STORE_DAMAGED']);

async function outcomeOf(directory: string): Promise<string> {
  const warnings: string[] = [];
  const logger: Logger = { ...SILENT_LOGGER, warn: (message) => void warnings.push(message) };
  try {
    const { storage, stored } = await openDiskStorage({ ...OWNER, directory, logger });
    await storage.close();
    if (!isDeepStrictEqual(stored, ACKNOWLEDGED)) return 'another state';
    return warnings.length > 0 ? 'exact, with a warning' : 'exact';
  } catch (error) {
    return error instanceof WhitewaterError ? error.code : `thrown: ${String(error)}`;
  }
}
