import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { ROOT } from '../sources.js';
import { mutated } from './catalogue.js';

/** @typedef {import('./catalogue.js').Mutant} Mutant */
/** @typedef {{ code: number | null, isLate: boolean, errors: string }} Ended */

const NOT_COPIED = /^(?:\.git|\.tap|node_modules|coverage|data|dist.*|test-failures)$/;
const SEEDS_PROGRAM = 'dist-test/mutants/seeds.js';
/** The end of what a program says last is enough to tell how it died. */
const ERRORS_LENGTH = 4_000;
/** A mutant may gather without end. */
const HEAP_MB = 1_024;

/** A copy of the sources, in which one fault at a time is made, built and run. */
export class Workplace {
  /** @type {string} */
  folder;
  /** What this place built, and what of the copy it changed. @type {Mutant | undefined} */
  #mutant;
  /** @type {Set<import('node:child_process').ChildProcess>} */
  #children = new Set();

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'whitewater-mutants-'));
    cpSync(ROOT, this.folder, {
      recursive: true,
      filter: (source) => !NOT_COPIED.test(relative(ROOT, source).split(sep)[0] ?? ''),
    });
    for (const name of ['node_modules', 'dist']) {
      if (existsSync(join(ROOT, name))) symlinkSync(join(ROOT, name), join(this.folder, name));
    }
  }

  /** @param {Mutant | undefined} mutant  undefined: as it is */
  become(mutant) {
    if (this.#mutant !== undefined) this.#write(this.#mutant.file, readFileSync(join(ROOT, this.#mutant.file), 'utf8'));
    this.#mutant = mutant;
    if (mutant !== undefined) this.#write(mutant.file, mutated(mutant, readFileSync(join(ROOT, mutant.file), 'utf8')));
  }

  /** @param {readonly string[]} tests @returns {Promise<readonly string[]>} where each was built to */
  async buildTests(tests) {
    // The copy's own: it builds what lies around it.
    /** @type {typeof import('../build-tests.js')} */
    const { buildTests, builtPath } = await import(
      pathToFileURL(join(this.folder, 'scripts', 'build-tests.js')).toString()
    );
    await buildTests([...tests], { apart: true });
    return tests.map((test) => join(this.folder, builtPath(test)));
  }

  /** @returns {Promise<string>} where the program that runs seeds was built to */
  async buildSeeds() {
    const outfile = join(this.folder, SEEDS_PROGRAM);
    await build({
      ...{ absWorkingDir: this.folder, entryPoints: ['test/mutants/seeds.ts'], outfile, external: ['classic-level'] },
      ...{ bundle: true, format: 'esm', platform: 'node', target: 'node20', logLevel: 'warning' },
    });
    return outfile;
  }

  /**
   * Runs a program in the copy.
   * @param {readonly string[]} command  file and arguments
   * @param {{ silenceMsMax: number, timeMsMax: number, onLine: (line: string) => void }} bounds  it is ended when it says nothing
   *   for so long, or takes longer in all
   * @returns {Promise<Ended>}
   */
  run(command, { silenceMsMax, timeMsMax, onLine }) {
    const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MB}`, ...command], {
      cwd: this.folder,
      env: { ...process.env, TAP: '1', TAP_TIMEOUT: String(Math.ceil(timeMsMax / 1000)) },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#children.add(child);
    let isLate = false;
    let errors = '';
    let rest = '';
    const end = () => {
      isLate = true;
      killGroup(child);
    };
    const whole = setTimeout(end, timeMsMax);
    let silence = setTimeout(end, silenceMsMax);
    child.stderr.setEncoding('utf8').on('data', (text) => (errors = (errors + text).slice(-ERRORS_LENGTH)));
    child.stdout.setEncoding('utf8').on('data', (text) => {
      clearTimeout(silence);
      silence = setTimeout(end, silenceMsMax);
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(onLine);
    });
    return new Promise((resolve) => {
      child.on('close', (code) => {
        clearTimeout(whole);
        clearTimeout(silence);
        this.#children.delete(child);
        killGroup(child);
        resolve({ code, isLate, errors });
      });
    });
  }

  remove() {
    for (const child of this.#children) killGroup(child);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** @param {string} file @param {string} text */
  #write(file, text) {
    writeFileSync(join(this.folder, file), text);
  }
}

/** With whatever it started itself. @param {import('node:child_process').ChildProcess} child */
function killGroup({ pid }) {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
