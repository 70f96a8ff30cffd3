import { fork, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FromChild, ToChild, Usage } from './childProtocol.ts';

const ANSWER_WITHIN_MS = 20_000;
const STOP_WITHIN_MS = 5000;

export interface ChildOptions {
  readonly args?: readonly string[];
  /** For Node itself. */
  readonly execArgv?: readonly string[];
  /** What it writes is nobody's matter: for packages that say much. */
  readonly isQuiet?: boolean;
}

/** A process under measurement, which runs a module that calls `serveBench`. */
export class Child {
  readonly #process: ChildProcess;
  readonly #name: string;
  #port = 0;

  private constructor(process: ChildProcess, name: string) {
    this.#process = process;
    this.#name = name;
  }

  /**
   * Starts the module, and waits until it is ready.
   * @throws {Error} saying why it does not
   */
  static async start(module: URL, { args = [], execArgv = [], isQuiet = false }: ChildOptions = {}): Promise<Child> {
    const path = fileURLToPath(module);
    const stdio: StdioOptions = isQuiet
      ? ['ignore', 'ignore', 'ignore', 'ipc']
      : ['inherit', 'inherit', 'inherit', 'ipc'];
    const child = new Child(fork(path, args, { execArgv: [...execArgv], stdio }), basename(path, '.js'));
    try {
      const answer = await child.#nextMessage();
      if (answer.type !== 'ready')
        throw new Error(`${child.#name} said ${JSON.stringify(answer)} instead of being ready`);
      child.#port = answer.port;
      return child;
    } catch (error) {
      child.#process.kill('SIGKILL');
      throw error;
    }
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Where it listens on 127.0.0.1; 0 for one that does not. */
  get port(): number {
    return this.#port;
  }

  /** What the process has used so far. Answered at its next turn, so a saturated one answers a little late. */
  async usage(): Promise<Usage> {
    const question: ToChild = { type: 'usage' };
    this.#process.send(question);
    const answer = await this.#nextMessage();
    if (answer.type !== 'usage') throw new Error(`${this.#name} said ${JSON.stringify(answer)} instead of its usage`);
    return answer;
  }

  /**
   * Asks what the module knows how to answer; one question at a time.
   * @throws {Error} what the process says went wrong
   */
  async ask(question: unknown, withinMs = ANSWER_WITHIN_MS): Promise<unknown> {
    const message: ToChild = { type: 'ask', question };
    this.#process.send(message);
    const answer = await this.#nextMessage(withinMs);
    if (answer.type === 'failed') throw new Error(`${this.#name}: ${answer.message}`);
    if (answer.type !== 'answer') throw new Error(`${this.#name} said ${JSON.stringify(answer)} instead of an answer`);
    return answer.answer;
  }

  /** Ends it as a crash would, without a word to it. Resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await gone;
  }

  /** Lets it close by itself, and ends it when it does not. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = once(this.#process, 'exit');
    if (this.#process.connected) this.#process.disconnect();
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_WITHIN_MS);
    await gone;
    clearTimeout(timer);
  }

  async #nextMessage(withinMs = ANSWER_WITHIN_MS): Promise<FromChild> {
    const child = this.#process;
    const settled = new AbortController();
    const signal = AbortSignal.any([settled.signal, AbortSignal.timeout(withinMs)]);
    const message = once(child, 'message', { signal }) as Promise<[FromChild]>;
    const exit = once(child, 'exit', { signal }).then(([code, killedBy]: unknown[]) => {
      throw new Error(`${this.#name} ended with ${String(killedBy ?? code)}`);
    });
    try {
      const [answer] = await Promise.race([message, exit]);
      return answer;
    } finally {
      settled.abort();
      // The one that lost the race is of no interest any more.
      await Promise.allSettled([message, exit]);
    }
  }
}

/** The share of one core that a process used between two moments; above 1 when its helper threads worked as well. */
export function coreShare(before: Usage, after: Usage): number {
  return (after.cpuMs - before.cpuMs) / (after.atMs - before.atMs);
}
