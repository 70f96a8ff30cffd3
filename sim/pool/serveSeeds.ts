import { parentPort } from 'node:worker_threads';
import type { SeedListeners, SeedOptions } from '../runSeed.ts';
import { shrink } from '../shrink.ts';
import { runTwice, tryRun } from '../tryRun.ts';
import type { SeedAnswer, SeedRequest } from './protocol.ts';

/**
 * Runs what the thread that started this one asks for.
 *
 * @param listenersOf what listens to each run; tests look for defects of their own with it
 */
export function serveSeeds(listenersOf: (options: SeedOptions) => SeedListeners = () => ({})): void {
  const port = parentPort;
  if (port === null) throw new Error('this runs in a worker thread only');
  port.on('message', (request: SeedRequest) => {
    // A rejection ends the thread, and whoever waits for it learns why.
    void answerTo(request, listenersOf).then((answer) => port.postMessage(answer));
  });
}

async function answerTo(
  request: SeedRequest,
  listenersOf: (options: SeedOptions) => SeedListeners,
): Promise<SeedAnswer> {
  const { options } = request;
  if (request.type === 'run') {
    const outcome = request.checksDeterminism
      ? await runTwice(options, () => listenersOf(options))
      : await tryRun(options, listenersOf(options));
    return { type: 'outcome', outcome };
  }
  const endMs = performance.now() + request.withinMs;
  const shrunken = await shrink(options, request.failure, {
    attempt: (smaller) => tryRun(smaller, listenersOf(smaller)),
    mayGoOn: () => performance.now() < endMs,
  });
  return { type: 'shrunken', shrunken };
}
