// A peer with the key-value machine, in a process of its own, which can put load on itself. Its one argument is what `Peer.start`
// takes, as JSON.
import { Peer, type PeerOptions } from '../../peer/index.ts';
import { KeyValueMachine } from '../../peer/machine/keyValue/KeyValueMachine.ts';
import type { KeyValueAnswer, KeyValueCommand, KeyValueQuery, KeyValueResult } from '../../shared/keyValue.ts';
import { serveBench } from './childProtocol.ts';
import { collectGarbage, forgetPeak, memoryNow } from './memory.ts';
import { keyOf, PutLoad, valueOf } from './PutLoad.ts';
import type { ReplicaQuestion, ReplicaStatus } from './replicaProtocol.ts';

/** Puts that are asked for together while the state is filled. */
const FILL_OUTSTANDING = 512;

let peer: Peer<KeyValueCommand, KeyValueResult, KeyValueQuery, KeyValueAnswer> | undefined;
let load: PutLoad | undefined;

function running(): Peer<KeyValueCommand, KeyValueResult, KeyValueQuery, KeyValueAnswer> {
  if (peer === undefined) throw new Error('the peer has not started');
  return peer;
}

async function put(key: string, value: string): Promise<void> {
  await running().propose({ type: 'put', key, value });
}

async function read(key: string): Promise<void> {
  const answer = await running().read({ type: 'get', key });
  if (answer.type !== 'get' || answer.item === null) throw new Error(`${key} was put and is not there`);
}

async function fill(keys: number, valueBytes: number): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < keys) {
      const number = next++;
      await put(keyOf(number), valueOf(number, valueBytes));
    }
  };
  await Promise.all(Array.from({ length: FILL_OUTSTANDING }, worker));
}

function status(): ReplicaStatus {
  const { role, leader, term, lastApplied, lastLogIndex, snapshotIndex, firstLogIndex, connected } = running().status();
  const { driver, transport } = running().counters();
  const counts = { writes: driver.writes, framesSent: transport.framesSent };
  return {
    role,
    leader,
    term,
    lastApplied,
    lastLogIndex,
    snapshotIndex,
    firstLogIndex,
    isConnected: connected,
    ...counts,
  };
}

async function answer(asked: unknown): Promise<unknown> {
  const question = asked as ReplicaQuestion;
  switch (question.type) {
    case 'status':
      return status();
    case 'load':
      return new PutLoad(question.load.reads === true ? read : put, question.load).result();
    case 'beginLoad':
      load = new PutLoad(put, question.load);
      return null;
    case 'endLoad':
      return load?.end();
    case 'fill':
      return fill(question.keys, question.valueBytes);
    case 'forgetPeak':
      if (question.collectGarbage) await collectGarbage();
      forgetPeak();
      return memoryNow();
    case 'memory':
      if (question.collectGarbage) await collectGarbage();
      return memoryNow();
    default:
      return question satisfies never;
  }
}

await serveBench(
  async () => {
    const options = JSON.parse(process.argv[2] ?? '{}') as PeerOptions<
      KeyValueCommand,
      KeyValueResult,
      KeyValueQuery,
      KeyValueAnswer
    >;
    peer = await Peer.start<KeyValueCommand, KeyValueResult, KeyValueQuery, KeyValueAnswer>({
      ...options,
      machine: new KeyValueMachine(),
    });
    // A peer that stops by itself spoils the run: say so by ending.
    peer.stopped.catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
    return 0;
  },
  async () => peer?.stop(),
  answer,
);
