/**
 * A distributed lock whose holders have fencing tokens. The lock is a state machine; its time is that of the log, so every peer
 * agrees on when a lock ran out.
 *
 * It uses the relay that listens on 127.0.0.1:7070, or at the address in the variable RELAY: one that `npm start` or
 * `npx whitewater up` started will do; if none runs, start one first.
 *
 *     npx whitewater relay
 *     node dist/examples/lock.js a        (and b, and c, each in a terminal of its own)
 *     node dist/examples/lock.js work printer
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { connectCluster, WhitewaterError } from 'whitewater/client';
import { Peer, type ApplyContext, type StateMachine } from 'whitewater/peer';

type Command =
  | { readonly type: 'acquire'; readonly name: string; readonly owner: string; readonly forMs: number }
  | { readonly type: 'release'; readonly name: string; readonly token: number };

/** Whoever holds a lock has a token, higher than that of any earlier holder. Null: somebody else holds it. */
type Token = number | null;

interface Lock {
  readonly owner: string;
  readonly token: number;
  readonly endsAtMs: number;
}

class Locks implements StateMachine<Command, Token, string, Lock | null> {
  #locks = new Map<string, Lock>();

  apply(command: Command, { index, timeMs }: ApplyContext): Token {
    const held = this.#locks.get(command.name);
    if (command.type === 'release') {
      if (held?.token === command.token) this.#locks.delete(command.name);
      return null;
    }
    if (held !== undefined && held.owner !== command.owner && held.endsAtMs > timeMs) return null;
    // The index of the log entry: no two are alike, and later ones are higher.
    this.#locks.set(command.name, { owner: command.owner, token: index, endsAtMs: timeMs + command.forMs });
    return index;
  }

  query(name: string): Lock | null {
    return this.#locks.get(name) ?? null;
  }

  snapshot(): Iterable<unknown> {
    return [...this.#locks];
  }

  async restore(records: AsyncIterable<unknown>): Promise<void> {
    this.#locks = new Map();
    for await (const [name, lock] of records as AsyncIterable<[string, Lock]>) this.#locks.set(name, lock);
  }
}

/** Stands for what the lock protects: it remembers the highest token, and refuses who comes with a lower one. */
class Printer {
  #token = 0;

  print(text: string, token: number): void {
    if (token < this.#token) throw new Error(`token ${token} is older than ${this.#token}: your lock ran out`);
    this.#token = token;
    console.log(`printed with token ${token}: ${text}`);
  }
}

const [word = 'a', name = 'printer'] = process.argv.slice(2);
const relay = process.env['RELAY'] ?? '127.0.0.1:7070';
const directory = process.env['DIRECTORY'] ?? 'data/lock';

async function work(): Promise<void> {
  const owner = `worker ${process.pid}`;
  const locks = connectCluster<Command, Token, string, Lock | null>({ cluster: 'lock', relay });
  const printer = new Printer();
  try {
    let token: Token = null;
    while (token === null) {
      token = await locks.command({ type: 'acquire', name, owner, forMs: 2000 });
      if (token === null) await sleep(200);
    }
    console.log(`${owner} holds ${name}`);
    printer.print('hello', token);
    await locks.command({ type: 'release', name, token });
  } finally {
    await locks.close();
  }
}

async function runPeer(): Promise<void> {
  const peer = await Peer.start({
    cluster: 'lock',
    ...{ id: word, relay },
    voters: ['a', 'b', 'c'],
    storage: { directory: `${directory}/${word}` },
    machine: new Locks(),
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

await (word === 'work' ? work() : runPeer()).catch(fail);
