import type { Import } from './imports.ts';
import { finding, type Finding } from './sourceTree.ts';

interface Row {
  /** The row's second cell in docs/ARCHITECTURE.md; undefined for a part of a folder that the page has no row for. */
  readonly says?: string;
  /** Folders beside its own that a file may import. */
  readonly folders: readonly string[];
  /** `types`: of those folders it may import types only, and no package at all. */
  readonly only?: 'types';
  /** Packages and modules of Node that it may import; everything when absent. */
  readonly packages?: RegExp;
}

const ALL = ['shared', 'endpoint', 'client', 'peer', 'server', 'sim', 'cli', 'test', 'bench', 'torture', 'scripts'];
const NONE = /^(?!)/;

/** The longest matching folder counts. */
export const IMPORT_TABLE: Readonly<Record<string, Row>> = {
  shared: { says: 'a schema library, `nanoid`', folders: [], packages: /^(?:typebox(?:\/.*)?|nanoid)$/ },
  endpoint: { says: '`shared`', folders: ['shared'], packages: /^nanoid$/ },
  'endpoint/transport': { folders: ['shared', 'endpoint'], packages: /^(?:node:.*|ws|nanoid)$/ },
  'endpoint/clock': { folders: ['shared', 'endpoint'], packages: /^node:/ },
  client: { says: '`shared`, `endpoint`', folders: ['shared', 'endpoint'], packages: /^(?:ws|nanoid)$/ },
  'peer/raft': { says: 'types of `shared`, nothing else', folders: ['shared'], only: 'types', packages: NONE },
  peer: { says: '`shared`, `endpoint`, its own folders', folders: ['shared', 'endpoint'], packages: /^nanoid$/ },
  'peer/storage': {
    folders: ['shared', 'endpoint', 'peer'],
    packages: /^(?:node:.*|(?:abstract|classic|memory)-level)$/,
  },
  'peer/snapshots': { folders: ['shared', 'endpoint', 'peer'], packages: /^node:/ },
  'peer/machine/keyValue': { folders: ['shared', 'peer'], packages: /^sorted-btree$/ },
  'server/faults': { says: '`shared`, nothing else', folders: ['shared'], packages: NONE },
  'server/dashboard': { folders: ['shared', 'client'], packages: /^(?:preact(?:\/.*)?|@preact\/signals)$/ },
  server: { says: '`shared`, `endpoint`, `client`, its own folders', folders: ['shared', 'endpoint', 'client'] },
  sim: {
    says: '`shared`, `endpoint`, `client`, `peer`, `server/faults`',
    folders: ['shared', 'endpoint', 'client', 'peer', 'server/faults'],
  },
  cli: { says: 'all of the above', folders: ['shared', 'endpoint', 'client', 'peer', 'server', 'sim'] },
  test: { says: 'all', folders: ALL },
  bench: { says: 'all', folders: ALL },
  torture: { says: 'all', folders: ALL },
  // Users' programs: they know the package, by its name.
  examples: { folders: [] },
  scripts: { folders: [] },
};

export function importFindings(imports: readonly Import[]): Finding[] {
  return imports.flatMap((one) => {
    const problem = problemOf(one);
    return problem === undefined ? [] : [finding(one.file, one.node, `${one.specifier}: ${problem}`)];
  });
}

function problemOf({ file, specifier, target, typeOnly }: Import): string | undefined {
  const folder = rowOf(file.fileName);
  const row = folder === undefined ? undefined : IMPORT_TABLE[folder];
  if (folder === undefined || row === undefined) return 'imported from a folder that the table does not have';
  if (target === undefined) {
    const legal = row.packages === undefined || row.packages.test(specifier);
    return legal ? undefined : `${folder} may not import this package`;
  }
  if (isIn(target, folder)) return undefined;
  if (!row.folders.some((allowed) => isIn(target, allowed))) return `${folder} may not know ${rowOf(target) ?? target}`;
  if (row.only === 'types' && !typeOnly) return `${folder} may import types of it, no values`;
  return undefined;
}

function rowOf(path: string): string | undefined {
  return Object.keys(IMPORT_TABLE)
    .filter((folder) => isIn(path, folder))
    .sort((a, b) => b.length - a.length)[0];
}

function isIn(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}

/** Relative imports name the file that is there, ending and all; only tests and benches come in by an entry point. */
export function specifierFindings(imports: readonly Import[], files: ReadonlySet<string>): Finding[] {
  return imports.flatMap(({ file, node, specifier, target }) => {
    if (target === undefined) return [];
    if (!files.has(target)) return [finding(file, node, `${specifier}: no such file; write its whole name`)];
    const isEntryPoint = /(?:^|\/)index\.ts$/.test(target) && !/^(?:test|bench)\//.test(file.fileName);
    return isEntryPoint ? [finding(file, node, `${specifier}: import the file itself, not an entry point`)] : [];
  });
}
