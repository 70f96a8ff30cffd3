// A server or a client of what is measured beside Whitewater, in a process of its own. Its one argument: `RivalOptions` as JSON.
import { serveBench } from '../support/childProtocol.ts';
import { PutLoad } from '../support/PutLoad.ts';
import { openAntietcdClient, startAntietcd } from './antietcd.ts';
import { openEtcdClient } from './etcdClient.ts';
import { startLiferaft } from './liferaft.ts';
import type { RivalEnd, RivalOptions, RivalQuestion, Values } from './rival.ts';
import { WrittenKeys } from './WrittenKeys.ts';
import { openZmqRaftClient, startZmqRaft } from './zmqRaft.ts';

const STOP_WITHIN_MS = 3000;

const options = JSON.parse(process.argv[2] ?? '{}') as RivalOptions;
let end: RivalEnd | undefined;
const written = new WrittenKeys();

function open(): Promise<RivalEnd> {
  switch (options.rival) {
    case 'etcd':
      return openEtcdClient(options);
    case 'antietcd':
      return options.role === 'server' ? startAntietcd(options) : openAntietcdClient(options);
    case 'zmqRaft':
      return options.role === 'server' ? startZmqRaft(options) : openZmqRaftClient(options);
    case 'liferaft':
      return startLiferaft(options);
    default:
      return options.rival satisfies never;
  }
}

function running(): RivalEnd {
  if (end === undefined) throw new Error('it has not started');
  return end;
}

async function put(key: string, value: string): Promise<void> {
  const { put: putThere } = running();
  if (putThere === undefined) throw new Error('it takes no puts');
  await written.during(key, value, () => putThere(key, value));
}

async function read(key: string): Promise<string | null> {
  const { read: readThere } = running();
  if (readThere === undefined) throw new Error('it has no reads');
  const value = await readThere(key);
  if (value === null) throw new Error(`${key} was put and is not there`);
  return value;
}

async function values(keys: readonly string[]): Promise<Values> {
  const { held, read: readThere } = running();
  if (held !== undefined) return keys.map(held);
  if (readThere === undefined) throw new Error('it has no reads');
  const found: (string | null)[] = [];
  for (const key of keys) found.push(await readThere(key));
  return found;
}

async function answer(asked: unknown): Promise<unknown> {
  const question = asked as RivalQuestion;
  switch (question.type) {
    case 'isLeader':
      return running().isLeader?.() ?? false;
    case 'isReady':
      return put('greeting', 'hello').then(
        () => true,
        () => false,
      );
    case 'load':
      return new PutLoad(question.reads ? read : put, question).result();
    case 'written':
      return written.sample(question.sample);
    case 'values':
      return values(question.keys);
    default:
      return question satisfies never;
  }
}

// What these packages reject in passing, and nobody there waits for, would end the process; what is lost by it, the bench finds.
process.on('unhandledRejection', () => undefined);

// Some of them do not stop while something is under way: nothing is left behind when the bench is gone.
process.on('disconnect', () => setTimeout(() => process.exit(0), STOP_WITHIN_MS));

await serveBench(
  async () => {
    end = await open();
    return 0;
  },
  async () => end?.stop(),
  answer,
);
