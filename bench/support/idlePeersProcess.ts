// Idle peers with key-value stores, all in one process, which tells its memory without and with them. Its one argument: `IdlePeersOptions`
// as JSON. Started with `--expose-gc`.
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { Peer } from '../../peer/index.ts';
import { KeyValueMachine } from '../../peer/machine/keyValue/KeyValueMachine.ts';
import type { StateMachine } from '../../peer/ports/StateMachine.ts';
import { serveBench } from './childProtocol.ts';
import type { IdlePeersOptions } from './idlePeers.ts';
import { memoryNow, type Memory } from './memory.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as IdlePeersOptions;
const peers: Peer[] = [];

async function startCluster(number: number, directory: string): Promise<void> {
  const voters = ['p1', 'p2', 'p3'];
  for (const id of voters) {
    const storage = { directory: join(directory, `c${number}`, id) };
    const machine = new KeyValueMachine() as StateMachine<unknown, unknown, unknown, unknown>;
    peers.push(await Peer.start({ cluster: `c${number}`, id, voters, relay: options.relay, storage, machine }));
  }
}

/** Ends with at least one leader a cluster. */
async function elected(): Promise<void> {
  while (peers.some((peer) => peer.status().leader === null)) await after(20);
}

async function collected(): Promise<Memory> {
  if (globalThis.gc === undefined) throw new Error('this process was not started with --expose-gc');
  for (let times = 0; times < 3; times += 1) {
    globalThis.gc();
    await after(200);
  }
  return memoryNow();
}

await serveBench(
  async () => {
    // So that everything is loaded and compiled before the first look, the store on disk too.
    await startCluster(0, options.directory);
    await elected();
    return 0;
  },
  async () => {
    await Promise.all(peers.map((peer) => peer.stop()));
  },
  async () => {
    const before = await collected();
    for (let number = 1; number <= options.clusters; number += 1) await startCluster(number, options.directory);
    await elected();
    await after(options.seconds * 1000);
    const later = await collected();
    return { before, later };
  },
);
