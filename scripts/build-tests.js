// Builds dist-test/: every test as one file of JavaScript. To start Node with a TypeScript compiler and a few hundred
// modules costs more than most of these tests do, so tests that touch nothing outside their process share one.
import { readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from './sources.js';

/** @type {{ dependencies: object, devDependencies: object }} */
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
export const DIST_TEST = join(ROOT, 'dist-test');

/**
 * Tests that have a process of their own: they start processes or a browser, need a machine to themselves, take long, or look at
 * their whole heap.
 * The others of a folder run one after the other in one process.
 */
const ALONE = [
  ...[/^test\/processes\//, /^test\/lab\/lab-/, /^test\/package\./, /^test\/dashboard\/page/],
  ...[
    /^test\/cli\/(?:errors|network|peerErrors|processes|store|terminal|up|upEnds|upLocks)\./,
    /^test\/sim\/(?:elections|labKeyValue|labLogs|liveness|pool|safety|seeds)\./,
    /^test\/server\/(?:comeAndGo|faultRules|faultRoutes|fuzz|honestClusters|limits|tls|waitingFrames)\./,
  ],
];
/** Programs that tests and scripts start. */
const PROGRAMS = [
  'test/support/writeTerms.ts',
  'test/support/openDamaged.ts',
  'test/support/defectiveSeeds.ts',
  'test/sim/virtualWorker.ts',
];

/** Every test file, by its path from the root, with `/`. */
export function findTests() {
  return readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .map((name) => `test/${name.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.test.ts'))
    .sort();
}

/**
 * Where a test is built to when it runs by itself.
 * @param {string} test
 */
export function builtPath(test) {
  return join('dist-test', `${test.slice('test/'.length, -'.ts'.length)}.js`);
}

/**
 * @param {string[]} tests
 * @param {{ apart: boolean }} options  apart: a process for every test, for a look at one of them
 */
export async function buildTests(tests, { apart }) {
  const next = `${DIST_TEST}.next`;
  rmSync(next, { recursive: true, force: true });
  await build({
    entryPoints: [...entryPoints(tests, apart)].map(([out, path]) => ({ in: path, out })),
    plugins: [togetherPlugin(tests)],
    external: Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
      (name) => name !== 'typebox',
    ),
    absWorkingDir: ROOT,
    outdir: next,
    ...{ bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node20' },
    ...{ sourcemap: true, chunkNames: 'chunks/[hash]', logLevel: 'warning' },
  });
  rmSync(DIST_TEST, { recursive: true, force: true });
  renameSync(next, DIST_TEST);
}

/** @param {string} test */
function isAlone(test) {
  return ALONE.some((pattern) => pattern.test(test));
}

/** @param {string[]} tests @param {boolean} apart @returns {Map<string, string>} */
function entryPoints(tests, apart) {
  const entries = new Map(PROGRAMS.map((path) => [path.slice('test/'.length, -'.ts'.length), path]));
  for (const test of tests) {
    const folder = dirname(test);
    const alone = apart || isAlone(test);
    if (alone) entries.set(test.slice('test/'.length, -'.ts'.length), test);
    else entries.set(folder === 'test' ? 'all.test' : `${folder.slice('test/'.length)}/all.test`, `together:${folder}`);
  }
  return entries;
}

/** Makes `together:FOLDER` a module that imports the folder's tests. @param {string[]} tests @returns {import('esbuild').Plugin} */
function togetherPlugin(tests) {
  return {
    name: 'together',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^together:/ }, ({ path }) => ({ path, namespace: 'together' }));
      onLoad({ filter: /.*/, namespace: 'together' }, ({ path }) => {
        const folder = path.slice('together:'.length);
        const files = tests.filter((test) => dirname(test) === folder && !isAlone(test));
        return { resolveDir: ROOT, contents: files.map((file) => `import './${file}';\n`).join('') };
      });
    },
  };
}
