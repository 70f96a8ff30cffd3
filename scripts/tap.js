import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ROOT } from './sources.js';

const require = createRequire(import.meta.url);
const TAP = join(dirname(require.resolve('tap/package.json')), 'dist/esm/run.mjs');
/** Plugins that `.taprc` leaves out. */
const UNWANTED = /@tapjs\/(?:typescript|mock)/;

/**
 * Runs tap in the project's folder.
 * @param {readonly string[]} words of its command line
 * @returns its exit code
 */
export function tap(words) {
  if (isBuiltWithUnwanted()) run(['build']);
  return run(words);
}

/**
 * As npm installs it, tap has all its plugins. It builds itself anew when it finds that it should have others, and all the same
 * starts the tests of that run with the loaders of those that it had: a compiler in every process, and in every thread of a process.
 */
function isBuiltWithUnwanted() {
  const tapRequire = createRequire(require.resolve('tap/package.json'));
  const built = join(dirname(tapRequire.resolve('@tapjs/test/package.json')), 'test-built/dist/esm/index.js');
  try {
    return UNWANTED.test(readFileSync(built, 'utf8'));
  } catch {
    return false;
  }
}

/** @param {readonly string[]} words @returns {number} */
function run(words) {
  return spawnSync(process.execPath, [TAP, ...words], { cwd: ROOT, stdio: 'inherit' }).status ?? 1;
}
