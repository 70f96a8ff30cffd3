// The mutants: single faults of known kinds, each put into a copy of the sources to see whether anything notices.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/**
 * @typedef {object} NamedTest
 * @property {string} file  of tests, from the root
 * @property {string} title  how the title of the test begins, or a part of it that no other has
 *
 * @typedef {object} Mutant
 * @property {string} id
 * @property {string} what  is wrong with it, in one sentence
 * @property {readonly number[]} pitfalls  of pitfalls.yaml, that it falls into
 * @property {readonly number[]} bugs  of bugs.yaml, that it is
 * @property {string} file
 * @property {string} find  occurs in the file exactly once
 * @property {string} replace
 * @property {readonly NamedTest[]} killedBy  each of these fails
 * @property {boolean} seeds  whether the simulator is expected to notice it
 * @property {string} group
 *
 * @typedef {{ says: string, why?: string }} Statement  why: the reason why no mutant stands for it
 */

const FOLDER = 'test/mutants';
const KEYS = ['id', 'what', 'pitfalls', 'bugs', 'file', 'find', 'replace', 'killedBy', 'seeds'];

/** @param {string} root of the sources @returns {Mutant[]} in the order of the files, and in these as they stand there */
export function readCatalogue(root) {
  const folder = join(root, FOLDER, 'catalogue');
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const group = name.replace(/\.yaml$/, '');
      /** @type {Partial<Mutant>[]} */
      const mutants = parse(readFileSync(join(folder, name), 'utf8'));
      return mutants.map((mutant) => completed(mutant, group));
    });
}

/** @param {Partial<Mutant>} mutant @param {string} group @returns {Mutant} */
function completed(mutant, group) {
  const unknown = Object.keys(mutant).filter((key) => !KEYS.includes(key));
  const { id, what, file, find, replace } = mutant;
  if (unknown.length > 0) throw new Error(`${group}: the mutant ${id} has no ${unknown.join(', ')}`);
  for (const value of [id, what, file, find, replace]) {
    if (typeof value !== 'string') throw new Error(`${group}: the mutant ${id} lacks something`);
  }
  const none = { pitfalls: [], bugs: [], killedBy: [], seeds: false };
  return /** @type {Mutant} */ ({ ...none, ...mutant, group });
}

/** What is known to go wrong with Raft, by number. @param {string} root @returns {Map<number, Statement>} */
export function readPitfalls(root) {
  return readStatements(root, 'pitfalls.yaml');
}

/** Bugs that implementations of Raft had when they were given to users, by number. @param {string} root @returns {Map<number, Statement>} */
export function readBugs(root) {
  return readStatements(root, 'bugs.yaml');
}

/** @param {string} root @param {string} name @returns {Map<number, Statement>} */
function readStatements(root, name) {
  /** @type {Record<string, Statement>} */
  const statements = parse(readFileSync(join(root, FOLDER, name), 'utf8'));
  return new Map(Object.entries(statements).map(([number, statement]) => [Number(number), statement]));
}

/**
 * What is wrong with the catalogue itself: a mutant whose text is no longer there would be killed by nobody, and noticed by nobody.
 * @param {readonly Mutant[]} mutants @param {string} root
 * @returns {string[]}
 */
export function findingsOf(mutants, root) {
  const numbers = { pitfalls: readPitfalls(root), bugs: readBugs(root) };
  const ids = mutants.map(({ id }) => id);
  const doubled = ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `${id}: two mutants are called so`);
  return [
    ...doubled,
    ...mutants.flatMap((mutant) => problemsOf(mutant, root, numbers).map((problem) => `${mutant.id}: ${problem}`)),
  ];
}

/** @param {Mutant} mutant @param {string} root @param {{ pitfalls: Map<number, Statement>, bugs: Map<number, Statement> }} known @returns {string[]} */
function problemsOf(mutant, root, known) {
  const { id, file, find, replace, killedBy, seeds, pitfalls, bugs } = mutant;
  const problems = [];
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(id)) problems.push('an id is words in small letters with hyphens');
  if (find === replace) problems.push('it changes nothing');
  if (killedBy.length === 0 && !seeds) problems.push('nobody is to kill it');
  if (pitfalls.length + bugs.length === 0 && mutant.group !== 'relay') problems.push('it stands for nothing');
  for (const number of pitfalls) if (!known.pitfalls.has(number)) problems.push(`there is no pitfall ${number}`);
  for (const number of bugs) if (!known.bugs.has(number)) problems.push(`there is no bug ${number}`);
  if (!existsSync(join(root, file))) return [...problems, `there is no ${file}`];
  const count = countOf(readFileSync(join(root, file), 'utf8'), find);
  if (count !== 1) problems.push(`its text occurs ${count} times in ${file}, not once`);
  for (const { file: test, title } of killedBy) {
    if (!existsSync(join(root, test))) problems.push(`there is no ${test}`);
    if (typeof title !== 'string' || title === '') problems.push(`it does not say which test of ${test} is to fail`);
  }
  return problems;
}

/** @param {string} text @param {string} part */
function countOf(text, part) {
  return text.split(part).length - 1;
}

/** @param {Mutant} mutant @param {string} text of its file @returns {string} */
export function mutated({ id, find, replace, file }, text) {
  if (countOf(text, find) !== 1) throw new Error(`${id}: its text does not occur exactly once in ${file}`);
  return text.replace(find, () => replace);
}
