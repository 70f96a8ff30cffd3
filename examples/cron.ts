/**
 * A job that runs in one place at a time, whichever of three processes is alive. It uses the relay that listens on
 * 127.0.0.1:7070, or at the address that is its second word: one that `npm start` or `npx whitewater up` started will do; if none
 * runs, start one first.
 *
 *     npx whitewater relay
 *     node dist/examples/cron.js a        (and b, and c, each in a terminal of its own)
 *
 * Kill the one that runs the job, and another one goes on within a second.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Peer, WhitewaterError } from 'whitewater/peer';

const [id = 'a', relay = '127.0.0.1:7070', directory = 'data/cron'] = process.argv.slice(2);

async function work(): Promise<void> {
  const peer = await Peer.start({
    cluster: 'cron',
    ...{ id, relay },
    voters: ['a', 'b', 'c'],
    storage: { directory: `${directory}/${id}` },
  });
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort()).once('SIGTERM', () => stop.abort());
  console.log(`${id} is ready`);

  for await (const { term, signal } of peer.leadership(stop.signal)) {
    console.log(`${id} leads in term ${term}`);
    // The signal comes before anybody else can lead.
    const either = AbortSignal.any([signal, stop.signal]);
    for (let run = 1; !either.aborted; run += 1) {
      job(run, term);
      await sleep(1000, undefined, { signal: either }).catch(() => undefined);
    }
    console.log(`${id} leads no longer`);
  }
  await peer.stop();
  // A peer that stopped by itself says why.
  await peer.stopped;
}

/** What it changes elsewhere should remember the highest term that it has seen, and refuse lower ones: a fencing token. */
function job(run: number, term: number): void {
  console.log(`${id}: run ${run}, fencing token ${term}`);
}

/** Every error of Whitewater has a code, and a message that says what to do next. */
function fail(error: unknown): void {
  if (!(error instanceof WhitewaterError)) throw error;
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 1;
}

await work().catch(fail);
