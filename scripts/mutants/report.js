import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { ROOT } from '../sources.js';

/**
 * @typedef {import('./catalogue.js').Mutant} Mutant
 * @typedef {object} Outcome  of one mutant
 * @property {string} id
 * @property {import('./attempts.js').TestVerdict} [test]
 * @property {import('./attempts.js').SeedsVerdict} [seeds]
 * @property {string} [error]  the mutant could not be tried: the catalogue has to be mended
 */

const DOCS = join(ROOT, 'docs', 'TESTING.md');
const [BEGIN, END] = ['<!-- mutants: written by npm run mutants -- --write-docs -->', '<!-- mutants: end -->'];
const TITLE_LENGTH = 110;

/** One line. @param {Outcome} outcome */
export function tellOutcome({ id, test, seeds, error }) {
  const parts = [];
  if (error !== undefined) parts.push(`ERROR ${error}`);
  if (test !== undefined) parts.push(`${wordsOfTest(test)} (${test.seconds.toFixed(1)} s)`);
  if (seeds !== undefined) parts.push(`${wordsOfSeeds(seeds)} (${seeds.seconds.toFixed(1)} s)`);
  return `${id}: ${parts.join('; ') || 'not tried'}`;
}

/** @param {NonNullable<Outcome['test']>} verdict */
function wordsOfTest({ type, by }) {
  switch (type) {
    case 'failed':
      return `killed by ${by.length > TITLE_LENGTH ? `${by.slice(0, TITLE_LENGTH)}...` : by}`;
    case 'hangs':
    case 'crashed':
      return `killed by ${by} (${type})`;
    case 'passed':
      return 'LIVES: its tests pass';
    case 'otherFailed':
      return `OTHER tests fail than those that are named: ${by}`;
  }
}

/** @param {NonNullable<Outcome['seeds']>} verdict */
function wordsOfSeeds({ type, seeds, message }) {
  if (type === 'passed') return `${seeds} seeds pass`;
  return `seed ${seeds} ${type === 'failed' ? 'fails' : type}: ${message}`;
}

/** For a terminal. @param {readonly Mutant[]} mutants @param {readonly Outcome[]} outcomes */
export function table(mutants, outcomes) {
  const rows = mutants.flatMap((mutant) => {
    const outcome = outcomes.find(({ id }) => id === mutant.id);
    if (outcome === undefined) return [];
    const seconds = (outcome.test?.seconds ?? 0) + (outcome.seeds?.seconds ?? 0);
    return [[mutant.id, mutant.what, killersOf(outcome), `${seconds.toFixed(1)} s`]];
  });
  const all = [['id', 'what', 'killed by', 'time'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** @param {Outcome} outcome */
function killersOf({ test, seeds, error }) {
  if (error !== undefined) return `ERROR ${error}`;
  const killers = [
    ...(test === undefined || test.type === 'passed' || test.type === 'otherFailed' ? [] : [firstTitle(test.by)]),
    ...(seeds === undefined || seeds.type === 'passed' ? [] : [`seed ${seeds.seeds}`]),
  ];
  return killers.join('; ') || 'NOBODY';
}

/** @param {string} titles */
function firstTitle(titles) {
  const [first = '', ...others] = titles.split(' | ');
  const title = first.length > TITLE_LENGTH ? `${first.slice(0, TITLE_LENGTH)}...` : first;
  return others.length === 0 ? title : `${title} (and ${others.length} more)`;
}

/** @param {string} path @param {readonly Outcome[]} outcomes @returns {readonly Outcome[]} with those that stood there, in what was not tried now */
export function mergedInto(path, outcomes) {
  /** @type {Outcome[]} */
  const before = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : [];
  const merged = new Map(before.map((outcome) => [outcome.id, outcome]));
  for (const outcome of outcomes) merged.set(outcome.id, { ...withoutError(merged.get(outcome.id)), ...outcome });
  writeFileSync(path, `${JSON.stringify([...merged.values()], undefined, 2)}\n`);
  return [...merged.values()];
}

/** @param {Outcome | undefined} outcome @returns {Partial<Outcome>} */
function withoutError(outcome) {
  const { error: _error, ...rest } = outcome ?? {};
  return rest;
}

/**
 * Writes the table between its two marks, and nothing else. What stands there of mutants that were not tried stays.
 * @param {readonly Mutant[]} mutants @param {readonly Outcome[]} outcomes
 */
export async function writeDocs(mutants, outcomes) {
  const text = existsSync(DOCS) ? readFileSync(DOCS, 'utf8') : '# Testing\n';
  const section = `${BEGIN}\n\n${markdown(mutants, outcomes, rowsIn(text))}\n\n${END}`;
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  const changed =
    from === -1 || to === -1
      ? `${text}\n## The mutants\n\n${section}\n`
      : text.slice(0, from) + section + text.slice(to + END.length);
  const options = { ...(await resolveConfig(DOCS)), filepath: DOCS };
  writeFileSync(DOCS, await format(changed, options));
}

/**
 * The table as it stands in a text.
 * @param {string} text
 * @returns {Map<string, readonly string[]>} the cells of each row, by the id of its mutant
 */
export function rowsIn(text) {
  const section = text.slice(Math.max(0, text.indexOf(BEGIN)), Math.max(0, text.indexOf(END)));
  const rows = section.split('\n').flatMap((line) => {
    const [, ...cells] = line.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'));
    const [, id] = /^`([a-z0-9-]+)`$/.exec(cells[0] ?? '') ?? [];
    return id === undefined ? [] : [/** @type {const} */ ([id, cells.slice(0, -1)])];
  });
  return new Map(rows);
}

/** What the table says of a mutant that the catalogue says too. @param {Mutant} mutant @returns {string[]} */
export function headOf(mutant) {
  return [`\`${mutant.id}\``, mutant.what, standsFor(mutant)];
}

/** @param {readonly Mutant[]} mutants @param {readonly Outcome[]} outcomes @param {ReadonlyMap<string, readonly string[]>} before */
function markdown(mutants, outcomes, before) {
  const rows = mutants.map((mutant) => {
    const { test, seeds } = outcomes.find(({ id }) => id === mutant.id) ?? {};
    const [, , , testBefore = '', seedsBefore = ''] = before.get(mutant.id) ?? [];
    const bySeeds =
      seeds === undefined ? seedsBefore : seeds.type === 'passed' ? `not in ${seeds.seeds}` : `${seeds.seeds}`;
    const byTest = test === undefined ? testBefore : test.type === 'passed' ? '' : firstTitle(test.by);
    return [...headOf(mutant), byTest, bySeeds];
  });
  const all = [
    ['mutant', 'what is wrong', 'stands for', 'test that fails', 'seeds'],
    ['-', '-', '-', '-', '-'],
    ...rows,
  ];
  return all.map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n');
}

/** @param {Mutant} mutant */
function standsFor({ pitfalls, bugs }) {
  return [...pitfalls.map((number) => `pitfall ${number}`), ...bugs.map((number) => `bug ${number}`)].join(', ');
}
