import { fork, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import { WhitewaterError } from '../../shared/errors.ts';
import type { ProcessView } from '../../shared/http/Processes.ts';
import { peerId } from '../../shared/ids.ts';
import { HELD_VARIABLE } from '../process/held.ts';
import type { ChildReport, OwnerCall, OwnerNews, SupervisorNews } from '../process/supervised.ts';
import type { ProcessRow } from '../view/PeerRow.ts';
import { Arrival } from './Arrival.ts';
import { Backoff } from './Backoff.ts';
import { isFinal } from './finalErrors.ts';

export interface ProcessPlan {
  /** For people: `relay`, or the peer's id. */
  readonly name: string;
  /** Asked anew at each start, and when one that was held is let go: the words after `whitewater`. */
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
/** One that is asked to go down and does not is killed after this long; by itself it gives up after 1.5 s. */
const PATIENCE_MS = 2000;

export interface ProcessHandlers {
  /** The process wrote a line to its standard error. */
  onLine(name: string, line: string): void;
  onListening?(report: Extract<ChildReport, { type: 'listening' }>): void;
  /** A relay asks for something to be done to its peers. */
  onCall?(call: OwnerCall): void;
  /** Its state, pid or number of starts is another. */
  onChange?(): void;
  /** It ended by itself, and is started again after `restartMs`. */
  onEnded(name: string, why: string, restartMs: number): void;
  /** It ended by itself, and is not started again. */
  onGivenUp(name: string, error: WhitewaterError): void;
}

interface Running {
  readonly type: 'running';
  readonly child: ChildProcess;
  readonly startedMs: number;
  /** Stopped in its tracks, by this process. */
  readonly isPaused: boolean;
}

type State =
  | { readonly type: 'idle' }
  | Running
  | { readonly type: 'waiting'; readonly timer: NodeJS.Timeout }
  | { readonly type: 'over' };

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
  /** It loads what it can, and waits for its words. */
  #isHeld = false;
  /** Ended on purpose, and not started again until `up`. */
  #isDown = false;
  #hasWorked = false;
  #wasStarted = false;
  #failure: WhitewaterError | undefined;
  #restarts = 0;
  /** In a row, each right after a start. */
  #aborts = 0;
  readonly #arrival = new Arrival();

  constructor(plan: ProcessPlan, handlers: ProcessHandlers) {
    this.name = plan.name;
    this.#plan = plan;
    this.#handlers = handlers;
  }

  /** What the table shows of it. */
  get row(): ProcessRow {
    const state = this.#state;
    const pid = state.type === 'running' ? state.child.pid : undefined;
    return { id: this.name, pid, restarts: this.#restarts, trouble: this.#trouble };
  }

  /** What the relay is told of it. */
  get view(): ProcessView {
    const { pid } = this.row;
    return { id: peerId(this.name), state: this.#word, pid: pid ?? null, restarts: this.#restarts };
  }

  get #trouble(): string | undefined {
    const word = this.#word;
    // Nobody has started it yet.
    if (word === 'running' || (word === 'down' && !this.#isDown)) return undefined;
    return word === 'over' ? 'stopped' : word;
  }

  get #word(): ProcessView['state'] {
    const state = this.#state;
    if (state.type === 'running') return state.isPaused ? 'paused' : 'running';
    if (state.type === 'waiting') return 'restarting';
    return state.type === 'over' ? 'over' : 'down';
  }

  /** Whether there is a process, paused or not. */
  get isRunning(): boolean {
    return this.#state.type === 'running';
  }

  get isGivenUp(): boolean {
    return this.#state.type === 'over';
  }

  /** Starts it as far as it comes without knowing its words; the rest follows with `release`. */
  hold(): void {
    this.#isHeld = true;
    this.start();
  }

  /** Lets it go on that was held. */
  release(): void {
    this.#isHeld = false;
    // One that is between two starts gets its words with the next.
    if (this.#state.type === 'running') void this.send({ type: 'begin', words: this.#plan.words() });
  }

  /** Does nothing once it was told to stop. */
  start(): void {
    if (this.#isStopping || this.#isDown || this.#state.type === 'running') return;
    const child = fork(this.#plan.program ?? mainFile(), [...this.#plan.words()], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...this.#plan.environment, ...(this.#isHeld && { [HELD_VARIABLE]: '1' }) },
      // A debugger's port can be taken once only.
      execArgv: process.execArgv.filter((word) => !word.startsWith('--inspect')),
    });
    this.#failure = undefined;
    this.#arrival.begin();
    this.#wasStarted = true;
    this.#become({ type: 'running', child, startedMs: performance.now(), isPaused: false });
    child.on('message', (report) => this.#handle(report as ChildReport | OwnerCall));
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

  /** Ends it, and leaves it so until `up`. Resolves when it has ended: after 2 s even one that does not listen is killed. */
  async down(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    this.#isDown = true;
    const impatience = setTimeout(() => void this.#end('SIGKILL'), PATIENCE_MS);
    await this.#end(signal);
    clearTimeout(impatience);
  }

  /** Starts it again after `down`, or at once one that waits or was given up; nothing happens to one that runs. */
  up(): void {
    this.#isDown = false;
    if (this.#state.type === 'running') return;
    if (this.#state.type === 'waiting') clearTimeout(this.#state.timer);
    // One that waits was counted when it ended by itself.
    else if (this.#wasStarted) this.#restarts += 1;
    this.#aborts = 0;
    this.start();
  }

  /** Stops it in its tracks (SIGSTOP). @returns false when there is no process */
  pause(): boolean {
    return this.#signal('SIGSTOP');
  }

  /** Lets it go on (SIGCONT), one too that somebody else had stopped. @returns false when there is no process */
  resume(): boolean {
    return this.#signal('SIGCONT');
  }

  #signal(signal: 'SIGSTOP' | 'SIGCONT'): boolean {
    const state = this.#state;
    if (state.type !== 'running') return false;
    state.child.kill(signal);
    const isPaused = signal === 'SIGSTOP';
    if (isPaused !== state.isPaused) this.#become({ ...state, isPaused });
    return true;
  }

  /**
   * Resolves when the process is connected to the relay, or has run for `withinMs` from now on without being so.
   * @throws {WhitewaterError} PROCESS_NOT_RUNNING when it ended before, or there is none
   */
  async connected(withinMs: number): Promise<void> {
    const trouble = this.isRunning ? await this.#arrival.wait(withinMs) : 'it does not run';
    if (trouble === undefined) return;
    throw new WhitewaterError('PROCESS_NOT_RUNNING', `${this.name} ended before it was connected: ${trouble}`);
  }

  /** Tells it something; resolves when that is on its way, or cannot be any more. */
  send(news: OwnerNews | SupervisorNews): Promise<void> {
    return new Promise((resolve) => {
      const state = this.#state;
      if (state.type !== 'running' || !state.child.connected) return resolve();
      const { child } = state;
      const done = (): void => {
        child.off('close', done);
        resolve();
      };
      child.once('close', done);
      // Without a callback the error of a channel that closed meanwhile would be thrown.
      child.send(news, done);
    });
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const state = this.#state;
    if (state.type === 'waiting') {
      clearTimeout(state.timer);
      this.#become({ type: 'idle' });
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

  #handle(report: ChildReport | OwnerCall): void {
    switch (report.type) {
      case 'failed':
        this.#failure = new WhitewaterError(report.code, report.message);
        return;
      case 'listening':
        this.#hasWorked = true;
        this.#handlers.onListening?.(report);
        return;
      case 'connected':
        this.#arrival.arrived();
        return;
      default:
        this.#handlers.onCall?.(report);
    }
  }

  #become(state: State): void {
    this.#state = state;
    this.#handlers.onChange?.();
  }

  #ended(how: string, isAborted = false): void {
    if (this.#state.type !== 'running') return;
    const ranMs = performance.now() - this.#state.startedMs;
    const why = this.#failure === undefined ? how : reasonOf(this.#failure);
    if (this.#isStopping || this.#isDown) {
      this.#become({ type: 'idle' });
      this.#arrival.ended(why);
      return;
    }
    this.#aborts = isAborted && ranMs < START_MS_MAX ? this.#aborts + 1 : 0;
    const aborted = this.#aborts >= ABORTS_MAX ? this.#plan.whyAborted?.(how) : undefined;
    const failure = aborted ?? this.#failure;
    if (failure !== undefined && isFinal(failure.code, this.#hasWorked)) {
      this.#become({ type: 'over' });
      this.#arrival.ended(reasonOf(failure));
      this.#handlers.onGivenUp(this.name, failure);
      return;
    }
    const restartMs = this.#backoff.next(ranMs);
    this.#restarts += 1;
    this.#become({ type: 'waiting', timer: setTimeout(() => this.start(), restartMs) });
    this.#arrival.ended(why);
    this.#handlers.onEnded(this.name, why, restartMs);
  }
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
