import { Worker } from 'node:worker_threads';
import { failureKind } from '../failureKind.ts';
import type { SeedOptions } from '../runSeed.ts';
import type { ShrunkenRun } from '../shrink.ts';
import type { SeedFailure, SeedOutcome } from '../tryRun.ts';
import type { SeedAnswer, SeedRequest } from './protocol.ts';

/** A seed takes a fifth of a second; this is for a machine that is busy with much else, and what takes longer hangs. */
export const SEED_MS_MAX = 120_000;
/** Shrinking gives up by itself after the first, and is given up after both. */
const SHRINK_MS_MAX = 180_000;

const PROGRAM = new URL('./program.js', import.meta.url);

export interface SeedWorkerOptions {
  /** What the thread runs; one that calls `serveSeeds`. */
  readonly program?: URL;
  /** How long one seed may take, in real milliseconds. */
  readonly seedMsMax?: number;
}

/** A thread that runs seeds, one at a time. If it dies or hangs, that is the failure of its seed, and the next one has a new thread. */
export class SeedWorker {
  readonly #program: URL;
  readonly #seedMsMax: number;
  #worker: Worker | undefined;
  #isEnded = false;

  constructor({ program = PROGRAM, seedMsMax = SEED_MS_MAX }: SeedWorkerOptions = {}) {
    this.#program = program;
    this.#seedMsMax = seedMsMax;
  }

  /** @param checksDeterminism runs it twice, and fails if the two differ */
  async run(options: SeedOptions, checksDeterminism: boolean): Promise<SeedOutcome> {
    const answer = await this.#ask({ type: 'run', options, checksDeterminism }, this.#seedMsMax);
    if ('type' in answer && answer.type === 'outcome') return answer.outcome;
    return { passed: false, failure: 'type' in answer ? failed('the worker answered something else') : answer };
  }

  /** @returns undefined when that could not be done */
  async shrink(options: SeedOptions, failure: SeedFailure): Promise<ShrunkenRun | undefined> {
    const request = { type: 'shrink', options, failure, withinMs: SHRINK_MS_MAX } as const;
    const answer = await this.#ask(request, SHRINK_MS_MAX + this.#seedMsMax);
    return 'type' in answer && answer.type === 'shrunken' ? answer.shrunken : undefined;
  }

  async end(): Promise<void> {
    this.#isEnded = true;
    await this.#drop();
  }

  /** @returns what went wrong with the thread, if anything did */
  #ask(request: SeedRequest, withinMs: number): Promise<SeedAnswer | SeedFailure> {
    const worker = this.#current();
    return new Promise((resolve) => {
      const settle = (result: SeedAnswer | SeedFailure): void => {
        clearTimeout(timer);
        // Not `removeAllListeners`: the thread's own would go too, and nothing more would arrive.
        worker.off('message', settle).off('messageerror', onUnreadable).off('error', onError).off('exit', onExit);
        resolve(result);
      };
      const fail = (what: string, stack?: string): void => {
        settle(failed(what, stack));
        // A late error of a thread that is given up must not end this program.
        worker.on('error', () => undefined);
        void this.#drop();
      };
      const onUnreadable = ({ message }: Error): void => fail(`the worker's answer could not be read: ${message}`);
      const onError = ({ message, stack }: Error): void => fail(`the worker died: ${message}`, stack);
      const onExit = (code: number): void =>
        fail(this.#isEnded ? 'the run was ended' : `the worker ended with exit code ${code}`);
      const late = `the run did not come to an end within ${Math.round(withinMs / 1000)} s of real time`;
      const timer = setTimeout(() => fail(late), withinMs);
      worker.on('message', settle).on('messageerror', onUnreadable).on('error', onError).on('exit', onExit);
      worker.postMessage(request);
    });
  }

  #current(): Worker {
    this.#worker ??= new Worker(this.#program);
    return this.#worker;
  }

  async #drop(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}

function failed(what: string, stack?: string): SeedFailure {
  return { isOutside: true, atMs: undefined, what, kind: failureKind(what), ...(stack === undefined ? {} : { stack }) };
}
