/** @typedef {import('./catalogue.js').NamedTest} NamedTest */
/** @typedef {import('./Workplace.js').Workplace} Workplace */

/**
 * @typedef {object} TestVerdict  of the named tests
 * @property {'failed' | 'hangs' | 'crashed' | 'passed' | 'otherFailed'} type  passed: the mutant lives, as far as these tests go
 * @property {string} by  the titles that failed, or how it ended
 * @property {number} seconds
 *
 * @typedef {object} SeedsVerdict
 * @property {'failed' | 'hangs' | 'crashed' | 'passed'} type
 * @property {number} seeds  that were run, the last one with that result
 * @property {string} message  the first line of what it failed with
 * @property {number} seconds
 */

const TEST_MS_MAX = 90_000;
/** One seed takes less than a second. */
const SEED_MS_MAX = 90_000;
const MESSAGE_LENGTH = 160;

/**
 * Runs the named tests, all of each file.
 * @param {Workplace} place @param {readonly NamedTest[]} named
 * @returns {Promise<TestVerdict>}
 */
export async function runNamedTests(place, named) {
  const startedMs = performance.now();
  const files = [...new Set(named.map(({ file }) => file))];
  const built = await place.buildTests(files);
  /** @type {{ file: string | undefined, title: string }[]} */
  const failed = [];
  for (const [at, path] of built.entries()) {
    const run = await runTestFile(place, path);
    failed.push(...run.failed.map((title) => ({ file: files[at], title })));
    const isCrash = !run.isLate && run.failed.length === 0 && run.code !== 0;
    if (!run.isLate && !isCrash) continue;
    failed.push({
      file: files[at],
      title: run.isLate ? `no end after ${TEST_MS_MAX / 1000} s` : 'the file cannot be run',
    });
    // Whoever passed before the end did not notice the mutant.
    const passed = named.filter(
      ({ file, title }) => file === files[at] && run.passed.some((one) => one.includes(title)),
    );
    const titles = failed.map(({ title }) => title);
    if (passed.length > 0)
      return verdict('otherFailed', [...titles, ...passed.map(({ title }) => `passed: ${title}`)], startedMs);
    return verdict(run.isLate ? 'hangs' : 'crashed', titles, startedMs);
  }
  const isNamed = (/** @type {{ file: string | undefined, title: string }} */ one) =>
    named.some(({ file, title }) => file === one.file && one.title.includes(title));
  const asNamed = failed.filter(isNamed).map(({ title }) => title);
  const living = named.filter(
    ({ file, title }) => !failed.some((one) => one.file === file && one.title.includes(title)),
  );
  if (asNamed.length > 0 && living.length === 0) return verdict('failed', asNamed, startedMs);
  const others = failed.map(({ title }) => title);
  return verdict(others.length === 0 ? 'passed' : 'otherFailed', others, startedMs);
}

/** @param {TestVerdict['type']} type @param {readonly string[]} titles @param {number} startedMs @returns {TestVerdict} */
function verdict(type, titles, startedMs) {
  return { type, by: [...new Set(titles)].join(' | '), seconds: secondsSince(startedMs) };
}

/**
 * @param {Workplace} place @param {string} path of a file that was built
 * @returns {Promise<{ failed: string[], passed: string[], code: number | null, isLate: boolean, seconds: number }>}
 */
export async function runTestFile(place, path) {
  const startedMs = performance.now();
  /** @type {string[]} */
  const failed = [];
  /** @type {string[]} */
  const passed = [];
  /** Of tests, as against those of assertions. @type {Set<string>} */
  const titles = new Set();
  const { code, isLate } = await place.run([path], {
    ...{ silenceMsMax: TEST_MS_MAX, timeMsMax: TEST_MS_MAX },
    onLine: (line) => {
      const [, begun] = /^ *# Subtest: (.*)$/.exec(line) ?? [];
      if (begun !== undefined) titles.add(begun);
      const [, not, title] = /^ *(not )?ok \d+ - (.*?)(?: # .*)?(?: \{)?$/.exec(line) ?? [];
      if (title !== undefined && titles.has(title)) (not === undefined ? passed : failed).push(title);
    },
  });
  return { failed, passed, code, isLate, seconds: secondsSince(startedMs) };
}

/**
 * Runs one seed after the other, up to the first that fails.
 * @param {Workplace} place @param {{ first: number, last: number, secondsMax: number }} range
 * @returns {Promise<SeedsVerdict>}
 */
export async function runSeeds(place, { first, last, secondsMax }) {
  const startedMs = performance.now();
  const program = await place.buildSeeds();
  let passed = first - 1;
  /** @type {{ seed: number, message: string } | undefined} */
  let failure;
  const { code, isLate, errors } = await place.run([program, String(first), String(last)], {
    ...{ silenceMsMax: Math.min(SEED_MS_MAX, secondsMax * 1000), timeMsMax: secondsMax * 1000 },
    onLine: (line) => {
      /** @type {{ seed: number, message?: string }} */
      const { seed, message } = JSON.parse(line);
      if (message === undefined) passed = seed;
      else failure = { seed, message };
    },
  });
  const seconds = secondsSince(startedMs);
  if (failure !== undefined) {
    return { type: 'failed', seeds: failure.seed - first + 1, message: shortened(failure.message), seconds };
  }
  const seeds = passed - first + 1;
  if (isLate && seconds < secondsMax)
    return { type: 'hangs', seeds: seeds + 1, message: 'a seed without end', seconds };
  if (isLate || code === 0) return { type: 'passed', seeds, message: '', seconds };
  return { type: 'crashed', seeds: seeds + 1, message: shortened(lastError(errors)), seconds };
}

/** What a process says of the error that ended it. @param {string} text */
function lastError(text) {
  return text.split('\n').findLast((line) => /^\w*(?:Error|Violation|Failure)\b/.test(line)) ?? 'its process ended';
}

/** @param {string} message */
function shortened(message) {
  const line = message.split('\n')[0] ?? '';
  return line.length <= MESSAGE_LENGTH ? line : `${line.slice(0, MESSAGE_LENGTH - 3)}...`;
}

/** @param {number} startedMs */
function secondsSince(startedMs) {
  return Math.round(performance.now() - startedMs) / 1000;
}
