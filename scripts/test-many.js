// Runs some tests many times, several side by side, and keeps what each failure left behind.
// Usage: npm run test:many -- TIMES WORD [--jobs 2] [--timeout SECONDS]
//   for every file under test/ whose path contains WORD, such as lab-2A
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { buildTests, builtPath, findTests } from './build-tests.js';
import { ROOT } from './sources.js';

const USAGE = 'usage: npm run test:many -- TIMES WORD [--jobs 2] [--timeout 120]';
/** The end of an output says what failed; a test that prints without end must not fill the memory. */
const OUTPUT_BYTES_MAX = 8 * 1024 * 1024;

/**
 * @typedef {{ file: string, number: number }} Run
 * @typedef {{ passed: boolean, why: string, seconds: number, output: string }} Outcome
 */

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { jobs: { type: 'string', default: '2' }, timeout: { type: 'string', default: '120' } },
  });
  const [times, word, ...more] = positionals;
  const numbers = { times: Number(times), jobs: Number(values.jobs), timeoutSeconds: Number(values.timeout) };
  if (word === undefined || more.length > 0) throw new Error(USAGE);
  if (!Object.values(numbers).every((value) => Number.isInteger(value) && value > 0)) throw new Error(USAGE);
  return { ...numbers, word };
}

/** @param {string} word */
function chooseTests(word) {
  const files = findTests().filter((path) => path.toLowerCase().includes(word.toLowerCase()));
  if (files.length === 0) throw new Error(`no test file's path contains ${JSON.stringify(word)}`);
  return files;
}

/** Process groups of tests that run now, to be ended with this program. @type {Set<number>} */
const groups = new Set();

/**
 * Runs one test file once, in a process group of its own, so that nothing of it outlives its time.
 * @param {Run} run @param {string} traceFolder @param {number} timeoutSeconds
 * @returns {Promise<Outcome>}
 */
function runOnce({ file }, traceFolder, timeoutSeconds) {
  mkdirSync(traceFolder, { recursive: true });
  // Without the runner tap gives a file 30 s and no more; here it is this program that counts.
  const tap = { TAP: '1', TAP_TIMEOUT: String(timeoutSeconds) };
  const startedMs = performance.now();
  const child = spawn(process.execPath, ['--enable-source-maps', join(ROOT, builtPath(file))], {
    cwd: ROOT,
    detached: true,
    env: { ...process.env, ...tap, WHITEWATER_TRACE_DIR: traceFolder, WHITEWATER_ALL_SCENARIOS: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  /** @type {string[]} */
  const output = [];
  let bytes = 0;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (/** @type {string} */ text) => {
      output.push(text);
      for (bytes += text.length; bytes > OUTPUT_BYTES_MAX; bytes -= output.shift()?.length ?? bytes);
    });
  }
  return new Promise((resolve) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      endGroup(child.pid);
    }, timeoutSeconds * 1000);
    if (child.pid !== undefined) groups.add(child.pid);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      endGroup(child.pid);
      const why = late ? `no end after ${timeoutSeconds} s` : signal === null ? `exit code ${code}` : signal;
      const seconds = (performance.now() - startedMs) / 1000;
      resolve({ passed: code === 0 && !late, why, seconds, output: output.join('') });
    });
  });
}

/** @param {number | undefined} pid */
function endGroup(pid) {
  if (pid === undefined) return;
  groups.delete(pid);
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

async function main() {
  const { times, word, jobs, timeoutSeconds } = readArguments();
  const files = chooseTests(word);
  await buildTests(files, { apart: true });
  const label = `${word}-${new Date().toISOString()}`.replaceAll(/[^\w-]/g, '-');
  const folder = join(ROOT, 'test-failures', label);
  const runs = Array.from({ length: times }, (_, index) => files.map((file) => ({ file, number: index + 1 }))).flat();
  const total = runs.length;
  const tally = { passed: 0, failed: 0, seconds: 0, slowest: 0 };
  const startedMs = performance.now();

  const report = () => {
    const done = tally.passed + tally.failed;
    const line = `${done}/${total}: ${tally.passed} passed, ${tally.failed} failed`;
    if (process.stdout.isTTY) process.stdout.write(`\r${line}`);
    else if (done % Math.max(1, Math.round(total / 20)) === 0) console.log(line);
  };
  const work = async () => {
    for (let run = runs.shift(); run !== undefined; run = runs.shift()) {
      const name = `${run.file.slice('test/'.length, -'.test.ts'.length).replaceAll('/', '-')}-${run.number}`;
      const kept = join(folder, name);
      const outcome = await runOnce(run, kept, timeoutSeconds);
      tally.seconds += outcome.seconds;
      tally.slowest = Math.max(tally.slowest, outcome.seconds);
      if (outcome.passed) {
        tally.passed += 1;
        rmSync(kept, { recursive: true, force: true });
      } else {
        tally.failed += 1;
        writeFileSync(join(kept, 'output.tap'), outcome.output);
        console.log(`${process.stdout.isTTY ? '\n' : ''}failed (${outcome.why}): ${relative(ROOT, kept)}/`);
      }
      report();
    }
  };

  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.once(signal, () => {
      for (const pid of groups) endGroup(pid);
      console.log(`\nstopped: ${tally.passed} passed, ${tally.failed} failed`);
      process.exit(130);
    });
  }
  console.log(`${files.join(', ')}: ${times} times, ${jobs} at once`);
  await Promise.all(Array.from({ length: jobs }, work));
  if (tally.failed === 0) rmSync(folder, { recursive: true, force: true });
  const mean = (tally.seconds / total).toFixed(1);
  const elapsed = ((performance.now() - startedMs) / 1000).toFixed(0);
  console.log(
    `${process.stdout.isTTY ? '\n' : ''}took ${elapsed} s; one run ${mean} s on average, ${tally.slowest.toFixed(1)} s at most`,
  );
  if (tally.failed > 0) console.log(`outputs and traces of the failures: ${relative(ROOT, folder)}/`);
  console.log(`${tally.passed} passed, ${tally.failed} failed`);
  process.exitCode = tally.failed === 0 ? 0 : 1;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
