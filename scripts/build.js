// Builds dist/: the TypeScript by tsc, the command line and the page by esbuild. Usage: node scripts/build.js [--no-check] [--if-possible] [--if-stale]
//   --no-check      do not report type errors (`npm run check` does), for a quick build before start and test
//   --if-possible   do nothing where the compiler is not installed, as after `npm ci --omit=dev`
//   --if-stale      do nothing when dist/ is what the sources say: npm runs `prepare` more often than anything changes
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { DIST, fingerprint, ROOT, STAMP } from './sources.js';

const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
const LOCK = join(ROOT, 'node_modules/.cache/whitewater/build.lock');
const LOCK_WAIT_MS = 120_000;

export function isFresh() {
  try {
    return readFileSync(join(DIST, STAMP), 'utf8') === fingerprint();
  } catch {
    return false;
  }
}

/**
 * Builds beside dist/ and then swaps, so that a program which runs from dist/ never meets half of a build. Two builds at
 * the same time take turns, and the second has nothing left to do.
 * @param {{ check: boolean, force: boolean }} options
 */
export async function build({ check, force }) {
  const unlock = await lock();
  const next = `${DIST}.next`;
  const previous = `${DIST}.previous`;
  try {
    if (!force && isFresh()) return;
    const stamp = fingerprint();
    rmSync(next, { recursive: true, force: true });
    compile(next, check);
    await gatherSchemaLibrary(next);
    const { buildCommand } = await import('./build-command.js');
    await buildCommand(next);
    const { buildDashboard } = await import('./build-dashboard.js');
    const { buildTours } = await import('./build-tours.js');
    try {
      await buildDashboard(join(next, 'server/dashboard'));
      await buildTours(next);
      writeFileSync(join(next, STAMP), stamp);
    } catch (error) {
      // Half a page must not keep anybody from working on the rest; without a stamp the next build tries again.
      if (check) throw error;
      console.error('the page could not be built; going on without it');
    }
    rmSync(previous, { recursive: true, force: true });
    if (existsSync(DIST)) renameSync(DIST, previous);
    renameSync(next, DIST);
    rmSync(previous, { recursive: true, force: true });
    linkCommand();
  } finally {
    rmSync(next, { recursive: true, force: true });
    unlock();
  }
}

/** @param {unknown} error */
export function explain(error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** @param {string} outDir @param {boolean} check */
function compile(outDir, check) {
  const options = ['-p', join(ROOT, 'tsconfig.build.json'), '--outDir', outDir];
  const { status } = spawnSync(process.execPath, [TSC, ...options, ...(check ? [] : ['--noCheck'])], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error('the build failed; dist/ stays as it was');
  const main = join(outDir, 'cli/main.js');
  if (existsSync(main)) chmodSync(main, 0o755);
}

/** Makes one file of shared/schema.js and all that it loads. @param {string} outDir */
async function gatherSchemaLibrary(outDir) {
  const { build: bundle } = await import('esbuild');
  const file = join(outDir, 'shared/schema.js');
  await bundle({
    ...{ entryPoints: [file], outfile: file, allowOverwrite: true, absWorkingDir: ROOT },
    ...{ bundle: true, format: 'esm', platform: 'neutral', target: 'es2022', logLevel: 'warning' },
    banner: { js: '// Contains typebox, https://github.com/sinclairzx81/typebox, under the MIT License.' },
  });
}

/** Lets `npx whitewater` in this clone find its own command at once; without it npm installs a link of its own first. */
function linkCommand() {
  if (process.platform === 'win32') return;
  const link = join(ROOT, 'node_modules/.bin/whitewater');
  rmSync(link, { force: true });
  symlinkSync('../../dist/cli/main.js', link);
}

/** Holds a file with this process's id; a lock whose process is gone counts for nothing. */
async function lock() {
  mkdirSync(dirname(LOCK), { recursive: true });
  const deadlineMs = performance.now() + LOCK_WAIT_MS;
  for (;;) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
      return () => rmSync(LOCK, { force: true });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    if (!isHeld()) rmSync(LOCK, { force: true });
    else if (performance.now() > deadlineMs) throw new Error(`another build holds ${LOCK}`);
    else await after(50);
  }
}

function isHeld() {
  try {
    const pid = Number(readFileSync(LOCK, 'utf8'));
    // A lock that has just been made may still be empty.
    if (pid !== 0) process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (process.argv.includes('--if-possible') && !existsSync(TSC)) {
    console.log('no compiler installed: dist/ is not built');
  } else {
    const force = !process.argv.includes('--if-stale');
    await build({ check: !process.argv.includes('--no-check'), force }).catch(explain);
  }
}
