import { fork, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import { WhitewaterError } from '../../shared/errors.ts';
import type { ChildReport } from '../process/supervised.ts';
import type { ProcessRow } from '../view/PeerRow.ts';
import { Backoff } from './Backoff.ts';
import { isFinal } from './finalErrors.ts';

export interface ProcessPlan {
  /** For people: `relay`, or the peer's id. */
  readonly name: string;
  /** Asked anew at each start: the words after `whitewater`. */
  readonly words: () => readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** The program's own file; by default the one that runs this process. */
  readonly program?: string;
  /** What is wrong when the process aborts each time that it starts; without it, it is started again for ever. */
  readonly whyAborted?: (how: string) => WhitewaterError;
}

/** An abort within this long after the start has its cause in what the process starts with. */
const START_MS_MAX = 10_000;
/** One may be an accident. */
const ABORTS_MAX = 2;

export interface ProcessHandlers {
  /** The process wrote a line to its standard error. */
  onLine(name: string, line: string): void;
  onListening?(report: Extract<ChildReport, { type: 'listening' }>): void;
  /** It ended by itself, and is started again after `restartMs`. */
  onEnded(name: string, why: string, restartMs: number): void;
  /** It ended by itself, and is not started again. */
  onGivenUp(name: string, error: WhitewaterError): void;
}

type State =
  | { readonly type: 'idle' }
  | { readonly type: 'running'; readonly child: ChildProcess; readonly startedMs: number }
  | { readonly type: 'waiting'; readonly timer: NodeJS.Timeout }
  | { readonly type: 'over'; readonly trouble: string };

/**
 * A child process that runs this program and is started again when it ends by itself. It holds one end of an IPC channel
 * and stops when that closes, so it does not outlive this process, however this one ends.
 */
export class KeptProcess {
  readonly name: string;
  readonly #plan: ProcessPlan;
  readonly #handlers: ProcessHandlers;
  readonly #backoff = new Backoff();
  #state: State = { type: 'idle' };
  #isStopping = false;
  /** Ended on purpose, and not started again until `up`. */
  #isDown = false;
  #hasWorked = false;
  #failure: WhitewaterError | undefined;
  #restarts = 0;
  /** In a row, each right after a start. */
  #aborts = 0;

  constructor(plan: ProcessPlan, handlers: ProcessHandlers) {
    this.name = plan.name;
    this.#plan = plan;
    this.#handlers = handlers;
  }

  /** What the table shows of it. */
  get row(): ProcessRow {
    const state = this.#state;
    const pid = state.type === 'running' ? state.child.pid : undefined;
    return { id: this.name, pid, restarts: this.#restarts, trouble: troubleOf(state) };
  }

  get isGivenUp(): boolean {
    return this.#state.type === 'over';
  }

  /** Does nothing once it was told to stop. */
  start(): void {
    if (this.#isStopping || this.#isDown || this.#state.type === 'running') return;
    const child = fork(this.#plan.program ?? mainFile(), [...this.#plan.words()], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: this.#plan.environment,
      // A debugger's port can be taken once only.
      execArgv: process.execArgv.filter((word) => !word.startsWith('--inspect')),
    });
    this.#failure = undefined;
    this.#state = { type: 'running', child, startedMs: performance.now() };
    child.on('message', (report) => this.#handle(report as ChildReport));
    child.on('error', (error) => {
      // One that could not be started does not close.
      if (child.pid === undefined) this.#ended(error.message);
    });
    // `close` and not `exit`: by then its last lines and its last report were read.
    child.on('close', (code, signal) => this.#ended(endOf(code, signal), isAbort(code, signal)));
    if (child.stderr !== null) {
      createInterface({ input: child.stderr }).on('line', (line) => this.#handlers.onLine(this.name, line));
    }
  }

  /** Asks it to end. Resolves when it has. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#end('SIGTERM');
  }

  /** Ends it, and leaves it so until `up`. Resolves when it has ended. */
  async down(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    this.#isDown = true;
    await this.#end(signal);
  }

  /** Starts it again after `down`; nothing happens to one that runs. */
  up(): void {
    this.#isDown = false;
    if (this.#state.type === 'idle') this.start();
  }

  /** Stops it in its tracks (SIGSTOP), or lets it go on (SIGCONT). */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    if (this.#state.type === 'running') this.#state.child.kill(signal);
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const state = this.#state;
    if (state.type === 'waiting') {
      clearTimeout(state.timer);
      this.#state = { type: 'idle' };
    }
    if (state.type !== 'running' || state.child.pid === undefined) return;
    const closed = new Promise<void>((resolve) => state.child.once('close', () => resolve()));
    state.child.kill(signal);
    // A process that was stopped in its tracks hears nothing else before.
    state.child.kill('SIGCONT');
    await closed;
  }

  /** Ends it at once. */
  kill(): void {
    this.#isStopping = true;
    if (this.#state.type === 'running') this.#state.child.kill('SIGKILL');
    else if (this.#state.type === 'waiting') clearTimeout(this.#state.timer);
  }

  #handle(report: ChildReport): void {
    if (report.type === 'failed') {
      this.#failure = new WhitewaterError(report.code, report.message);
      return;
    }
    this.#hasWorked = true;
    this.#handlers.onListening?.(report);
  }

  #ended(how: string, isAborted = false): void {
    if (this.#state.type !== 'running') return;
    const ranMs = performance.now() - this.#state.startedMs;
    if (this.#isStopping || this.#isDown) {
      this.#state = { type: 'idle' };
      return;
    }
    this.#aborts = isAborted && ranMs < START_MS_MAX ? this.#aborts + 1 : 0;
    const aborted = this.#aborts >= ABORTS_MAX ? this.#plan.whyAborted?.(how) : undefined;
    const failure = aborted ?? this.#failure;
    if (failure !== undefined && isFinal(failure.code, this.#hasWorked)) {
      this.#state = { type: 'over', trouble: 'stopped' };
      this.#handlers.onGivenUp(this.name, failure);
      return;
    }
    const restartMs = this.#backoff.next(ranMs);
    this.#restarts += 1;
    this.#state = { type: 'waiting', timer: setTimeout(() => this.start(), restartMs) };
    this.#handlers.onEnded(this.name, failure === undefined ? how : reasonOf(failure), restartMs);
  }
}

function troubleOf(state: State): string | undefined {
  if (state.type === 'waiting') return 'restarting';
  return state.type === 'over' ? state.trouble : undefined;
}

function endOf(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `exit code ${code ?? 'unknown'}` : signal;
}

/** 128 and the signal's number is how a shell tells it that ran the process. */
function isAbort(code: number | null, signal: NodeJS.Signals | null): boolean {
  return signal === 'SIGABRT' || code === 128 + constants.signals.SIGABRT;
}

function reasonOf({ code, message }: WhitewaterError): string {
  return `${code}: ${message}`;
}

/** The program that this process runs. */
function mainFile(): string {
  const main = process.argv[1];
  if (main === undefined) throw new Error('the program does not know its own file');
  return main;
}
