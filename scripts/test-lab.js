// Runs the lab suite over real sockets, labs side by side, and prints a table beside what the course's pages print.
// Usage: npm run test:lab [-- LAB ...]
//   LAB: 2A, 2B, 2C, 2D, 3A or 3B; all of them unless told otherwise
//   WHITEWATER_SEED repeats the random choices of a run; WHITEWATER_LAB_TRIES=1 excuses no test by a stall of its process
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build, isFresh } from './build.js';
import { buildTests, builtPath } from './build-tests.js';
import { ROOT } from './sources.js';

/** @type {Readonly<Record<string, string>>} */
const FILES = {
  '2A': 'test/lab/lab-2A.test.ts',
  '2B': 'test/lab/suite/lab-2B.lab.ts',
  '2C': 'test/lab/suite/lab-2C.lab.ts',
  '2D': 'test/lab/suite/lab-2D.lab.ts',
  '3A': 'test/lab/suite/lab-3A.lab.ts',
  '3B': 'test/lab/suite/lab-3B.lab.ts',
};
/**
 * Labs of one group run side by side. Those of lab 2 mostly wait; the clients of lab 3 ask as fast as they are answered, and would
 * take from lab 2 the processor on time.
 */
const GROUPS = [
  ['2A', '2B', '2C', '2D'],
  ['3A', '3B'],
];
const FILE_SECONDS_MAX = 1_800;

/**
 * @typedef {{ seconds: number, peers: number, rpcs: number, bytes?: number, commits?: number, operations?: number }} Columns
 * @typedef {Columns & { number: string, title: string, tries: number }} Result
 */

/** @type {{ source: string, tests: Record<string, Columns> }} */
const published = JSON.parse(readFileSync(join(ROOT, 'test/lab/published.json'), 'utf8'));

/** @type {Result[]} */
const results = [];

/**
 * Runs the tests of one lab, in a process of its own.
 * @param {string} lab @param {string} file @param {string} folder where the output of a failure is kept
 * @returns {Promise<boolean>} whether all passed
 */
function run(lab, file, folder) {
  const child = spawn(process.execPath, ['--enable-source-maps', join(ROOT, builtPath(file))], {
    cwd: ROOT,
    env: {
      ...process.env,
      ...{ TAP: '1', TAP_TIMEOUT: String(FILE_SECONDS_MAX), WHITEWATER_LAB_TABLE: '1' },
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  children.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      output += text;
    });
  }
  child.on('message', (message) => {
    const { labResult } = /** @type {{ labResult?: Result }} */ (message);
    if (labResult === undefined) return;
    results.push(labResult);
    const tries = labResult.tries === 1 ? '' : ` (try ${labResult.tries}: the process stood still in the one before)`;
    console.log(`${labResult.number.padEnd(4)} passed in ${labResult.seconds.toFixed(1)} s${tries}`);
  });
  return new Promise((resolve) => {
    child.on('close', (code) => {
      children.delete(child);
      if (code !== 0) {
        mkdirSync(folder, { recursive: true });
        const kept = join(folder, `lab-${lab}.tap`);
        writeFileSync(kept, output);
        for (const line of output.split('\n')) if (/^not ok/.test(line)) console.log(line);
        console.log(`lab ${lab} failed: ${relative(ROOT, kept)}`);
      }
      resolve(code === 0);
    });
  });
}

/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set();

/** @param {string[]} labs */
function printTable(labs) {
  const order = Object.keys(published.tests);
  const rows = results.toSorted((one, other) => order.indexOf(one.number) - order.indexOf(other.number));
  const widths = [3, 8, 6, 7, 10, 8, 6];
  /** @param {string} first @param {string[]} cells */
  const line = (first, cells) => first.padEnd(5) + cells.map((cell, at) => cell.padStart(widths[at % 7] ?? 7)).join('');
  const names = ['', 'seconds', 'peers', 'RPCs', 'bytes', 'commits', 'ops'];
  console.log(`\n${''.padEnd(9)}${'here'.padEnd(48)}published`);
  console.log(line('', [...names, ...names]));
  for (const row of rows) {
    const theirs = published.tests[row.number];
    console.log(
      `${line(row.number, [...cellsOf(row), ...(theirs === undefined ? [] : cellsOf(theirs))])}  ${row.title}`,
    );
  }
  const seconds = rows.reduce((sum, row) => sum + row.seconds, 0);
  console.log(`\n${rows.length} lines of labs ${labs.join(', ')}; ${seconds.toFixed(0)} s one after the other`);
  console.log(`published: ${published.source}`);
}

/** @param {Columns} columns */
function cellsOf({ seconds, peers, rpcs, bytes, commits, operations }) {
  return ['', seconds.toFixed(1), ...[peers, rpcs, bytes, commits, operations].map((value) => String(value ?? '-'))];
}

async function main() {
  const asked = process.argv.slice(2).map((lab) => lab.toUpperCase());
  const unknown = asked.filter((lab) => FILES[lab] === undefined);
  if (unknown.length > 0)
    throw new Error(`there is no lab ${unknown.join(', ')}: there are ${Object.keys(FILES).join(', ')}`);
  const labs = Object.keys(FILES).filter((lab) => asked.length === 0 || asked.includes(lab));
  if (!isFresh()) await build({ check: false, force: false });
  await buildTests(
    labs.map((lab) => String(FILES[lab])),
    { apart: true },
  );
  const folder = join(ROOT, 'test-failures', `lab-${new Date().toISOString()}`.replaceAll(/[^\w-]/g, '-'));
  let passed = true;
  const startedMs = performance.now();
  for (const group of GROUPS) {
    const chosen = group.filter((lab) => labs.includes(lab));
    const outcomes = await Promise.all(chosen.map((lab) => run(lab, String(FILES[lab]), folder)));
    passed &&= outcomes.every((outcome) => outcome);
  }
  printTable(labs);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
  console.log(passed ? `all passed in ${seconds} s` : `failed after ${seconds} s: ${relative(ROOT, folder)}/`);
  process.exitCode = passed ? 0 : 1;
}

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.once(signal, () => {
    for (const child of children) child.kill('SIGKILL');
    process.exit(130);
  });
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
