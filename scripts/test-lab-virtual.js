// Runs the whole lab suite in virtual time many times, each time with other seeds, on all processors.
// Usage: npm run test:lab:virtual -- [--runs N] [--first M] [--workers W] [TEST ...]
//   --runs     how often; 10 unless told otherwise
//   --first    numbers the first run, so that several machines can share many: run N has the seeds lab/TEST/N
//   --workers  processes; one for each processor unless told otherwise
//   TEST       only these tests or labs, such as K19 or 2C
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildTests, DIST_TEST } from './build-tests.js';
import { ROOT } from './sources.js';

/** A test that takes longer than this, by the clock on the wall, hangs. */
const TEST_SECONDS_MAX = 1_200;
const PROGRESS_SECONDS = 60;

/**
 * @typedef {{ name: string, lab: string, word: string }} VirtualTest
 * @typedef {{ test: VirtualTest, run: number, seed: string }} Job
 * @typedef {{ tests?: VirtualTest[], lines?: string[], failure?: string, cpuSeconds?: number }} Told
 */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '10' },
    first: { type: 'string', default: '0' },
    workers: { type: 'string', default: String(availableParallelism()) },
  },
});

/** @param {'runs' | 'first' | 'workers'} name @param {number} min */
function wholeNumber(name, min) {
  const number = Number(values[name]);
  if (Number.isSafeInteger(number) && number >= min) return number;
  throw new Error(`--${name} is ${values[name]}: give a whole number from ${min} on`);
}

class Suite {
  /** @type {VirtualTest[] | undefined} */
  #tests;
  /** @type {Generator<Job, void, undefined> | undefined} */
  #jobs;
  /** How many tests of a run are not done yet. @type {Map<number, number>} */
  #left = new Map();
  /** @type {Set<number>} */
  #failedRuns = new Set();
  /** @type {{ seed: string, failure: string, again: string }[]} */
  failures = [];
  /** CPU seconds, by test. @type {Map<string, { seconds: number, count: number }>} */
  #spent = new Map();
  passedRuns = 0;
  testsDone = 0;
  #isEnding = false;
  #startedMs = performance.now();
  /** @type {Set<import('node:child_process').ChildProcess>} */
  #workers = new Set();

  /** @param {{ runs: number, first: number, workers: number, asked: string[] }} options */
  constructor(options) {
    this.options = options;
  }

  /** Settles when all is done, or after `end`. */
  async run() {
    const progress = setInterval(() => this.#tellProgress(), 1_000 * PROGRESS_SECONDS);
    await Promise.all(Array.from({ length: this.options.workers }, () => this.#work()));
    clearInterval(progress);
  }

  /** No further test begins, and those under way are not waited for. */
  end() {
    this.#isEnding = true;
    for (const worker of this.#workers) worker.kill('SIGKILL');
  }

  /** One worker after the other, should one end in the midst of a test. */
  async #work() {
    while (!this.#isEnding && (await this.#workOnce())) continue;
  }

  /** @returns {Promise<boolean>} whether there is more to do */
  #workOnce() {
    const worker = fork(join(DIST_TEST, 'sim/virtualWorker.js'), { cwd: ROOT, execArgv: ['--enable-source-maps'] });
    this.#workers.add(worker);
    /** @type {Job | undefined} */
    let job;
    /** @type {NodeJS.Timeout | undefined} */
    let watchdog;
    let isIdle = false;
    const next = () => {
      clearTimeout(watchdog);
      job = this.#isEnding ? undefined : (this.#jobs?.next().value ?? undefined);
      isIdle = job === undefined;
      if (job === undefined) return worker.disconnect();
      worker.send({ test: job.test.name, seed: job.seed });
      watchdog = setTimeout(() => worker.kill('SIGKILL'), 1_000 * TEST_SECONDS_MAX);
    };
    return new Promise((resolve, reject) => {
      worker.on('message', (message) => {
        const told = /** @type {Told} */ (message);
        try {
          if (told.tests !== undefined) this.#begin(told.tests);
          else if (job !== undefined) this.#done(job, told);
          next();
        } catch (error) {
          this.end();
          reject(error);
        }
      });
      worker.on('error', reject);
      worker.on('exit', (code, signal) => {
        clearTimeout(watchdog);
        this.#workers.delete(worker);
        if (!isIdle && !this.#isEnding) {
          if (job === undefined) return reject(new Error(`a worker ended before it began (${signal ?? code})`));
          this.#done(job, { failure: `its process ended (${signal ?? code}), or took over ${TEST_SECONDS_MAX} s` });
        }
        resolve(!isIdle);
      });
    });
  }

  /** @param {VirtualTest[]} all */
  #begin(all) {
    if (this.#tests !== undefined) return;
    const { asked } = this.options;
    const isMeant = (/** @type {VirtualTest} */ { name, lab }, /** @type {string} */ word) =>
      name === word || name.startsWith(`${word}-`) || lab === word;
    const unknown = asked.filter((word) => !all.some((test) => isMeant(test, word)));
    if (unknown.length > 0) throw new Error(`there is no test and no lab ${unknown.join(', ')}`);
    this.#tests = all.filter((test) => asked.length === 0 || asked.some((word) => isMeant(test, word)));
    this.#jobs = this.#jobsOf(this.#tests);
  }

  /** @param {VirtualTest[]} tests @returns {Generator<Job, void, undefined>} */
  *#jobsOf(tests) {
    const { runs, first } = this.options;
    for (let run = first; run < first + runs; run += 1) {
      this.#left.set(run, tests.length);
      for (const test of tests) yield { test, run, seed: `lab/${test.name}/${run}` };
    }
  }

  /** @param {Job} job @param {Told} told */
  #done({ test, run, seed }, { failure, cpuSeconds = 0 }) {
    this.testsDone += 1;
    const spent = this.#spent.get(test.name) ?? { seconds: 0, count: 0 };
    this.#spent.set(test.name, { seconds: spent.seconds + cpuSeconds, count: spent.count + 1 });
    if (failure !== undefined) {
      const again = `WHITEWATER_LAB_SEED=${seed} npm test -- ${test.word}`;
      this.failures.push({ seed, failure, again });
      this.#failedRuns.add(run);
      console.log(`${seed} FAILED: ${failure}\n  ${again}`);
    }
    const left = (this.#left.get(run) ?? 0) - 1;
    this.#left.set(run, left);
    if (left > 0) return;
    this.#left.delete(run);
    if (!this.#failedRuns.has(run)) this.passedRuns += 1;
  }

  #tellProgress() {
    const { runs } = this.options;
    const done = this.testsDone / ((this.#tests?.length ?? 1) * runs);
    const elapsedS = this.#elapsedS();
    const leftS = done === 0 ? undefined : elapsedS / done - elapsedS;
    const left = leftS === undefined ? '' : `, about ${Math.ceil(leftS / 60)} min left`;
    const failed = this.failures.length === 0 ? 'none failed' : `${this.failures.length} FAILED`;
    console.log(`${this.passedRuns} of ${runs} runs passed, ${this.testsDone} tests done, ${failed}${left}`);
  }

  #elapsedS() {
    return (performance.now() - this.#startedMs) / 1_000;
  }

  printTotals() {
    const byCost = [...this.#spent].sort(([, one], [, other]) => other.seconds - one.seconds);
    const cpuSeconds = byCost.reduce((sum, [, { seconds }]) => sum + seconds, 0);
    const aRun = byCost.reduce((sum, [, { seconds, count }]) => sum + seconds / count, 0);
    console.log(`\nCPU seconds of a test, on average:`);
    const cells = byCost.map(([name, { seconds, count }]) => `${name} ${(seconds / count).toFixed(2)}`);
    for (let at = 0; at < cells.length; at += 8) console.log(`  ${cells.slice(at, at + 8).join('  ')}`);
    for (const { seed, again } of this.failures) console.log(`failed: ${seed}: ${again}`);
    const { runs, first } = this.options;
    console.log(
      `${this.passedRuns} of ${runs} runs (from ${first} on) passed whole; ${this.testsDone} tests done, ` +
        `${this.failures.length} failed; ${this.#elapsedS().toFixed(0)} s, ${cpuSeconds.toFixed(0)} CPU seconds, ` +
        `${aRun.toFixed(1)} for a run`,
    );
  }
}

async function main() {
  const suite = new Suite({
    ...{ runs: wholeNumber('runs', 1), first: wholeNumber('first', 0), workers: wholeNumber('workers', 1) },
    asked: positionals,
  });
  await buildTests([], { apart: true });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, () => suite.end());
  await suite.run();
  suite.printTotals();
  process.exitCode = suite.failures.length === 0 && suite.passedRuns === suite.options.runs ? 0 : 1;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(2);
}
