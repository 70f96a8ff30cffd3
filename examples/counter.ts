/**
 * A replicated counter: a state machine of one's own, and a client whose every addition counts exactly once.
 *
 * It uses the relay that listens on 127.0.0.1:7070, or at the address in the variable RELAY: one that `npm start` or
 * `npx whitewater up` started will do; if none runs, start one first.
 *
 *     npx whitewater relay
 *     node dist/examples/counter.js a     (and b, and c, each in a terminal of its own)
 *     node dist/examples/counter.js add 5
 *     node dist/examples/counter.js show
 */
import { connectCluster, WhitewaterError } from 'whitewater/client';
import { Peer, type StateMachine } from 'whitewater/peer';

interface Add {
  readonly add: number;
}

class Counter implements StateMachine<Add, number, null, number> {
  #total = 0;

  /** The same commands in the same order give the same total on every peer. */
  apply({ add }: Add): number {
    if (!Number.isSafeInteger(add)) throw new TypeError('only whole numbers can be added');
    this.#total += add;
    return this.#total;
  }

  query(): number {
    return this.#total;
  }

  *snapshot(): Iterable<number> {
    yield this.#total;
  }

  async restore(records: AsyncIterable<unknown>): Promise<void> {
    for await (const total of records) this.#total = total as number;
  }
}

const [word = 'a', amount = '1'] = process.argv.slice(2);
const relay = process.env['RELAY'] ?? '127.0.0.1:7070';
const directory = process.env['DIRECTORY'] ?? 'data/counter';

async function use(): Promise<void> {
  const counter = connectCluster<Add, number, null, number>({ cluster: 'counter', relay });
  try {
    const total = word === 'show' ? await counter.query(null) : await counter.command({ add: Number(amount) });
    console.log(`total ${total}`);
  } finally {
    await counter.close();
  }
}

async function runPeer(): Promise<void> {
  const peer = await Peer.start({
    cluster: 'counter',
    ...{ id: word, relay },
    voters: ['a', 'b', 'c'],
    storage: { directory: `${directory}/${word}` },
    machine: new Counter(),
  });
  process.once('SIGINT', () => void peer.stop()).once('SIGTERM', () => void peer.stop());
  console.log(`${word} is ready`);
  // A peer that stopped by itself says why.
  await peer.stopped;
}

/** Every error of Whitewater has a code, and a message that says what to do next. */
function fail(error: unknown): void {
  if (!(error instanceof WhitewaterError)) throw error;
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 1;
}

await (word === 'add' || word === 'show' ? use() : runPeer()).catch(fail);
