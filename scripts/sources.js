import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FOLDERS } from './folders.js';

/** The repository's root, with a separator at its end. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));
export const DIST = join(ROOT, 'dist');
export const MAIN = join(DIST, 'cli/main.js');
export const STAMP = '.stamp';

/** Tests are built by themselves. */
const NOT_BUILT = new Set(['test']);
/** What programs leave among the sources, and packages that are measured beside ours. */
const NOT_SOURCES = new Set(['bench/results', 'bench/peers/node_modules']);
const FILES = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];

/**
 * Name, size and time of everything that a build reads, as one hash. The whole list and not the newest time: a source
 * that was deleted, or put back to an older version by git, makes a build stale as well.
 */
export function fingerprint() {
  const hash = createHash('sha256');
  for (const name of FILES) describe(hash, name);
  for (const folder of FOLDERS) if (!NOT_BUILT.has(folder)) walk(hash, folder);
  walk(hash, 'scenarios/tours');
  return hash.digest('hex');
}

/** @param {import('node:crypto').Hash} hash @param {string} folder */
function walk(hash, folder) {
  /** @type {import('node:fs').Dirent[]} */
  let entries;
  try {
    entries = readdirSync(join(ROOT, folder), { withFileTypes: true });
  } catch {
    return;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = `${folder}/${entry.name}`;
    if (NOT_SOURCES.has(path)) continue;
    if (entry.isDirectory()) walk(hash, path);
    else describe(hash, path);
  }
}

/** @param {import('node:crypto').Hash} hash @param {string} path */
function describe(hash, path) {
  const stat = statSync(join(ROOT, path), { throwIfNoEntry: false });
  hash.update(stat === undefined ? `${path} -\n` : `${path} ${stat.size} ${stat.mtimeMs}\n`);
}
