import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from '../support/root.ts';

interface Told {
  readonly lines?: readonly string[];
  readonly failure?: string;
}

/** Has tests of the lab played by a process of their own, one after the other (virtualWorker.ts says why). */
export class VirtualPlayer {
  #worker: ChildProcess | undefined;

  /** @returns the lab's lines @throws what went wrong there, in its words */
  async play(test: string, seed: string): Promise<readonly string[]> {
    const worker = (this.#worker ??= await start());
    // Between two tests it holds up nobody's end.
    worker.channel?.ref();
    const died = new AbortController();
    worker.once('exit', () => died.abort(new Error(`the process that played ${seed} ended`)));
    worker.send({ test, seed });
    const [told] = (await once(worker, 'message', { signal: died.signal })) as [Told];
    worker.channel?.unref();
    if (told.lines === undefined) throw new Error(told.failure);
    return told.lines;
  }
}

async function start(): Promise<ChildProcess> {
  const worker = fork(join(ROOT, 'dist-test/sim/virtualWorker.js'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  // It names its tests first.
  await once(worker, 'message');
  worker.unref();
  return worker;
}
