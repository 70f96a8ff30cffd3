// Puts single faults of known kinds into a copy of the sources, one at a time, and sees whether a named test or the simulator
// notices. Exits with 1 when one of them lives on.
// Usage: npm run mutants [-- ID ... [OPTIONS]]
//   ID               only the mutants whose id, or whose group, is this one
//   --seeds-only     no tests: what the simulator notices by itself
//   --both           tests and seeds, whichever kills it first
//   --seeds N        of the simulator for each mutant, at the most (2000)
//   --seconds N      for the seeds of each mutant, at the most (900)
//   --jobs N         mutants side by side (as many as there are cores, up to 4)
//   --json FILE      puts the results into FILE, and keeps there those of mutants that did not run
//   --write-docs     writes the table into docs/TESTING.md, from FILE if there is one
//   --list           tells what mutants there are, and runs nothing
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runNamedTests, runSeeds, runTestFile } from './mutants/attempts.js';
import { findingsOf, readCatalogue } from './mutants/catalogue.js';
import { mergedInto, table, tellOutcome, writeDocs } from './mutants/report.js';
import { Workplace } from './mutants/Workplace.js';
import { ROOT } from './sources.js';

/**
 * @typedef {import('./mutants/catalogue.js').Mutant} Mutant
 * @typedef {import('./mutants/report.js').Outcome} Outcome
 * @typedef {ReturnType<typeof readArguments>} Arguments
 */

/** Tests that take longer are tried after the seeds, of which a mutant mostly needs no more than a few dozen. */
const QUICK_SECONDS = 30;
const JOBS_MAX = 4;

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...{ 'seeds-only': { type: 'boolean' }, both: { type: 'boolean' }, list: { type: 'boolean' } },
      ...{ seeds: { type: 'string', default: '2000' }, seconds: { type: 'string', default: '900' } },
      jobs: { type: 'string', default: String(Math.min(JOBS_MAX, availableParallelism())) },
      ...{ json: { type: 'string' }, 'write-docs': { type: 'boolean' }, help: { type: 'boolean' } },
    },
  });
  const numbers = { seeds: Number(values.seeds), seconds: Number(values.seconds), jobs: Number(values.jobs) };
  if (!Object.values(numbers).every((value) => Number.isInteger(value) && value > 0)) {
    throw new Error('--seeds, --seconds and --jobs are whole numbers above 0');
  }
  return { ...values, ...numbers, words: positionals };
}

/** What stands at the top of this file. */
function usage() {
  const lines = readFileSync(fileURLToPath(import.meta.url), 'utf8').split('\n');
  const end = lines.findIndex((line) => !line.startsWith('//'));
  return lines
    .slice(0, end)
    .map((line) => line.replace(/^\/\/ ?/, ''))
    .join('\n');
}

/** @param {readonly string[]} words @returns {readonly Mutant[]} */
function choose(words) {
  const all = readCatalogue(ROOT);
  const findings = findingsOf(all, ROOT);
  if (findings.length > 0) throw new Error(`the catalogue is not in order:\n${findings.join('\n')}`);
  const missed = words.filter((word) => !all.some(({ id, group }) => id === word || group === word));
  if (missed.length > 0) throw new Error(`no mutant, and no group of them, is called ${missed.join(' or ')}`);
  return words.length === 0 ? all : all.filter(({ id, group }) => words.includes(id) || words.includes(group));
}

/** Does something with each item, so many at a time, each in a place of its own. @template Item
 * @param {readonly Item[]} items @param {readonly Workplace[]} places @param {(place: Workplace, item: Item) => Promise<void>} work */
async function sideBySide(items, places, work) {
  const rest = [...items];
  const inOnePlace = async (/** @type {Workplace} */ place) => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(place, item);
  };
  await Promise.all(places.map(inOnePlace));
}

/**
 * Runs the tests that are to kill somebody once without any mutant: what fails anyway kills nobody.
 * @param {readonly Workplace[]} places @param {readonly Mutant[]} mutants
 * @returns {Promise<ReadonlyMap<string, number>>} seconds that each file takes
 */
async function runUnchanged(places, mutants) {
  const tests = [...new Set(mutants.flatMap(({ killedBy }) => killedBy.map(({ file }) => file)))];
  const secondsOf = new Map();
  await sideBySide(tests, places, async (place, test) => {
    const [path = ''] = await place.buildTests([test]);
    const { failed, code, seconds } = await runTestFile(place, path);
    if (failed.length > 0 || code !== 0) throw new Error(`without any mutant ${test} fails: ${failed.join(', ')}`);
    secondsOf.set(test, seconds);
  });
  return secondsOf;
}

/**
 * @param {Workplace} place @param {Workplace} unchanged @param {Mutant} mutant @param {Arguments} options
 * @param {ReadonlyMap<string, number>} secondsOf
 * @returns {Promise<Outcome>}
 */
async function tryToKill(place, unchanged, mutant, options, secondsOf) {
  /** @type {Outcome} */
  const outcome = { id: mutant.id };
  place.become(mutant);
  try {
    const seconds = mutant.killedBy.reduce((sum, { file }) => sum + (secondsOf.get(file) ?? 0), 0);
    const attempts = seconds < QUICK_SECONDS ? ['test', 'seeds'] : ['seeds', 'test'];
    for (const attempt of attempts) {
      const isOver = options.both !== true && isKilled(outcome);
      if (isOver) break;
      if (attempt === 'test' && options['seeds-only'] !== true && mutant.killedBy.length > 0) {
        outcome.test = await runNamedTests(place, mutant.killedBy);
      }
      if (attempt === 'seeds' && (mutant.seeds || options['seeds-only'] === true)) {
        outcome.seeds = await runSeeds(place, { first: 1, last: options.seeds, secondsMax: options.seconds });
        await confirm(outcome.seeds, unchanged);
      }
    }
  } catch (error) {
    outcome.error = error instanceof Error ? error.message : String(error);
  }
  return outcome;
}

/** A seed that fails without the mutant too has found something else. @param {NonNullable<Outcome['seeds']>} verdict @param {Workplace} unchanged */
async function confirm({ type, seeds }, unchanged) {
  if (type === 'passed') return;
  const same = await runSeeds(unchanged, { first: seeds, last: seeds, secondsMax: 120 });
  if (same.type !== 'passed') throw new Error(`seed ${seeds} fails without any mutant too: ${same.message}`);
}

/** @param {Outcome} outcome */
function isKilled({ test, seeds, error }) {
  if (error !== undefined || test?.type === 'otherFailed') return false;
  return [test, seeds].some((verdict) => verdict !== undefined && verdict.type !== 'passed');
}

/** @param {Arguments} options @returns {Promise<number>} the exit code */
async function main(options) {
  if (options.help === true) {
    console.log(usage());
    return 0;
  }
  const mutants = choose(options.words);
  if (options.list === true) {
    for (const { id, group, what } of mutants) console.log(`${group.padEnd(12)} ${id.padEnd(36)} ${what}`);
    return 0;
  }
  const places = Array.from({ length: options.jobs }, () => new Workplace());
  const unchanged = new Workplace();
  const removeAll = () => [...places, unchanged].forEach((place) => place.remove());
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.once(signal, () => {
      removeAll();
      process.exit(130);
    });
  }
  /** @type {Outcome[]} */
  const outcomes = [];
  try {
    const secondsOf = options['seeds-only'] === true ? new Map() : await runUnchanged(places, mutants);
    await sideBySide(mutants, places, async (place, mutant) => {
      const outcome = await tryToKill(place, unchanged, mutant, options, secondsOf);
      outcomes.push(outcome);
      // At once: a whole run takes long, and may be ended by hand.
      if (options.json !== undefined) mergedInto(options.json, outcomes);
      console.log(`${String(outcomes.length).padStart(3)}/${mutants.length} ${tellOutcome(outcome)}`);
    });
  } finally {
    removeAll();
  }
  const told = options.json === undefined ? outcomes : mergedInto(options.json, outcomes);
  console.log(`\n${table(mutants, outcomes)}\n`);
  if (options['write-docs'] === true) await writeDocs(readCatalogue(ROOT), told);
  const living = outcomes.filter((outcome) => !isKilled(outcome));
  console.log(`${outcomes.length - living.length} of ${outcomes.length} mutants were killed`);
  if (living.length > 0) console.log(`not killed: ${living.map(({ id }) => id).join(', ')}`);
  return living.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main(readArguments());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
