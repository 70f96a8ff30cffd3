import { join } from 'node:path';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { until } from './until.ts';
import { ROOT } from './root.ts';

/** The built command, as a user runs it. `npm test` builds it first. */
export const COMMAND = join(ROOT, 'dist/cli/main.js');

/**
 * tap gives a loader to every process that a test starts, which doubles the time that Node needs to start; a user's
 * process has none. `env` with these words takes it away and then becomes the command itself, with the same pid.
 */
export const WITHOUT_LOADER = ['-u', 'NODE_OPTIONS'] as const;

const LINES_MAX = 5000;
const LINES_TOLD_MAX = 60;

export interface OutputLine {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ProcessOptions {
  /** For messages, such as `p1`. */
  readonly name: string;
  readonly args: readonly string[];
  /** What Node runs; the built command unless told otherwise. */
  readonly program?: string;
  /** Runs the program; Node unless told otherwise. */
  readonly interpreter?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The folder in which it runs; this process's unless told otherwise. */
  readonly cwd?: string;
  /** Goes before the command, such as `ip netns exec NAME`. */
  readonly prefix?: readonly string[];
}

/** What a test of processes needs of tap's `t`. */
export interface Teardown {
  teardown(handler: () => Promise<void> | void): unknown;
  comment(text: string): void;
  passing(): boolean;
}

/** A process of the built command. It is killed when its test ends, and its last lines are told if the test failed. */
export class RunningProcess {
  readonly name: string;
  /** The newest lines of both streams, in the order of their arrival. */
  readonly lines: OutputLine[] = [];
  readonly exited: Promise<Exit>;
  #exit: Exit | undefined;
  #wasKilled = false;
  readonly #child: ChildProcess;

  static start(t: Teardown, options: ProcessOptions): RunningProcess {
    if (!existsSync(COMMAND)) throw new Error(`${COMMAND} is not there: run "npm run build" first`);
    const running = new RunningProcess(options);
    t.teardown(async () => {
      await running.kill('SIGKILL');
      if (!t.passing()) running.#tellOutput(t);
    });
    return running;
  }

  private constructor({ name, args, env = {}, prefix = [], cwd, ...command }: ProcessOptions) {
    const { program = COMMAND, interpreter = process.execPath } = command;
    this.name = name;
    const line = [...WITHOUT_LOADER, ...prefix, interpreter, program, ...args];
    this.#child = spawn('env', line, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...cleanEnvironment(), ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.#collect('stdout');
    this.#collect('stderr');
    this.exited = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      // `close` and not `exit`: by then every line was read.
      this.#child.once('close', (code, signal) => {
        this.#exit = { code, signal };
        resolve(this.#exit);
      });
    });
    // Whoever waits for it hears of the error; nobody has to.
    this.exited.catch(() => undefined);
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.name} did not start`);
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return this.#exit === undefined && this.#child.pid !== undefined;
  }

  /** It has ended, and this test did not end it. */
  get hasDied(): boolean {
    return this.#exit !== undefined && !this.#wasKilled;
  }

  /** Sends the signal and waits for the end. Nothing happens to a process that has ended. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    if (!this.isRunning) return;
    this.signal(signal);
    await this.exited;
  }

  /** Sends the signal and does not wait. */
  signal(signal: NodeJS.Signals): void {
    this.#wasKilled = true;
    this.#child.kill(signal);
  }

  async exit(withinMs: number): Promise<Exit> {
    return until(() => this.#exit, { withinMs, what: `${this.name} ends` });
  }

  /** The first line that fits, those included that came before this call. Fails at once when the process ends without it. */
  async line(pattern: RegExp, withinMs: number): Promise<RegExpExecArray> {
    const find = (): RegExpExecArray | undefined => {
      for (const { text } of this.lines) {
        const match = pattern.exec(text);
        if (match !== null) return match;
      }
      return undefined;
    };
    const found = await until(() => find() ?? (this.#exit === undefined ? undefined : this.#exit), {
      withinMs,
      what: `a line of ${this.name} like ${pattern.source}`,
    });
    if (Array.isArray(found)) return found;
    const told = this.lines.map(({ text }) => text).join('\n');
    throw new Error(`${this.name} ended with code ${found.code} before a line like ${pattern.source}:\n${told}`);
  }

  text(stream?: OutputLine['stream']): string {
    return this.lines
      .filter((line) => stream === undefined || line.stream === stream)
      .map(({ text }) => `${text}\n`)
      .join('');
  }

  #collect(stream: OutputLine['stream']): void {
    const input = this.#child[stream];
    if (input === null) throw new Error(`${this.name} has no ${stream}`);
    createInterface({ input }).on('line', (text) => {
      this.lines.push({ stream, text });
      if (this.lines.length > LINES_MAX) this.lines.shift();
    });
  }

  #tellOutput(t: Teardown): void {
    t.comment(`the last lines of ${this.name}, which ended with ${JSON.stringify(this.#exit)}:`);
    for (const { stream, text } of this.lines.slice(-LINES_TOLD_MAX)) t.comment(`  ${this.name} ${stream}: ${text}`);
  }
}

/** Runs the command to its end. */
export async function runCommand(t: Teardown, options: ProcessOptions, withinMs = 20_000): Promise<CommandResult> {
  const running = RunningProcess.start(t, options);
  const { code } = await running.exit(withinMs);
  return { code, stdout: running.text('stdout'), stderr: running.text('stderr') };
}

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The environment without settings of Whitewater and of tap: a user has neither. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:WHITEWATER_|_?TAP)/.test(name));
  return { ...Object.fromEntries(kept), NO_COLOR: '1' };
}
