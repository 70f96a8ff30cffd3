// Many peers with key-value stores in one process. Its one argument: `HostOptions` as JSON. Started with `--expose-gc`.
import { join } from 'node:path';
import { Peer } from '../../peer/index.ts';
import { KeyValueMachine } from '../../peer/machine/keyValue/KeyValueMachine.ts';
import type { StateMachine } from '../../peer/ports/StateMachine.ts';
import { serveBench } from '../support/childProtocol.ts';
import { collectGarbage, memoryNow } from '../support/memory.ts';
import type { HostedPeer, HostedStatus, HostOptions, HostQuestion } from './hosted.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as HostOptions;
const peers: Peer[] = [];

async function start({ cluster, id, voters }: HostedPeer): Promise<Peer> {
  const machine = new KeyValueMachine() as StateMachine<unknown, unknown, unknown, unknown>;
  const { directory } = options;
  const storage = directory === undefined ? 'memory' : { directory: join(directory, cluster, id) };
  const peer = await Peer.start({ cluster, id, voters, relay: options.relay, storage, machine });
  // A peer that stops by itself spoils the run: say so by ending.
  peer.stopped.catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
  return peer;
}

async function puts(cluster: string, id: string, count: number): Promise<number[]> {
  const peer = peers.find((each) => each.cluster === cluster && each.id === id);
  if (peer === undefined) throw new Error(`${cluster}/${id} does not run here`);
  const tookMs: number[] = [];
  for (let times = 0; times < count; times += 1) {
    const beganMs = performance.now();
    await peer.propose({ type: 'put', key: `key-${times % 16}`, value: 'x'.repeat(100) });
    tookMs.push(performance.now() - beganMs);
  }
  return tookMs;
}

function status(): HostedStatus[] {
  return peers.map((peer) => {
    const { term, leader } = peer.status();
    return { cluster: peer.cluster, id: peer.id, term, leader };
  });
}

async function answer(asked: unknown): Promise<unknown> {
  const question = asked as HostQuestion;
  switch (question.type) {
    case 'memory':
      await collectGarbage();
      return memoryNow();
    case 'start':
      for (const peer of options.peers.slice(peers.length, peers.length + question.count))
        peers.push(await start(peer));
      return peers.length;
    case 'status':
      return status();
    case 'puts':
      return puts(question.cluster, question.id, question.count);
    default:
      return question satisfies never;
  }
}

await serveBench(
  async () => 0,
  async () => {
    await Promise.all(peers.map((peer) => peer.stop()));
  },
  answer,
);
