// Builds what is stale, then runs the tests through tap.
// Usage: npm test [-- WORD ... [OPTIONS OF TAP]]
//   WORD: only the test files whose path contains it, such as raft/votes or test/envelope.test.ts, each by itself
//   an option's value follows after "=": --jobs=1
import { build, isFresh } from './build.js';
import { buildTests, builtPath, findTests } from './build-tests.js';
import { tap } from './tap.js';

const words = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const options = process.argv.slice(2).filter((argument) => argument.startsWith('-'));

const all = findTests();
const chosen = words.length === 0 ? all : all.filter((test) => words.some((word) => test.includes(word)));
const missed = words.filter((word) => !all.some((test) => test.includes(word)));
if (missed.length > 0) {
  console.error(`no test file's path contains ${missed.map((word) => JSON.stringify(word)).join(' or ')}`);
  process.exit(2);
}

if (!isFresh()) await build({ check: false, force: false });
await buildTests(chosen, { apart: words.length > 0 });
const files = words.length === 0 ? [] : chosen.map(builtPath);
process.exitCode = tap([...options, ...files]);
