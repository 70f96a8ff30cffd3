// A client of the key-value store, in a process of its own, which puts load on a cluster. Its one argument is what
// `connectCluster` takes, as JSON.
import { connectCluster, type ConnectOptions } from '../../client/connectCluster.ts';
import { KeyValueClient, type KeyValueCluster } from '../../client/KeyValueClient.ts';
import { serveBench } from './childProtocol.ts';
import { PutLoad } from './PutLoad.ts';
import type { Load } from './replicaProtocol.ts';

const cluster: KeyValueCluster = connectCluster(JSON.parse(process.argv[2] ?? '{}') as ConnectOptions);
const store = new KeyValueClient(cluster);

async function read(key: string): Promise<void> {
  if ((await store.get(key)) === null) throw new Error(`${key} was put and is not there`);
}

await serveBench(
  async () => {
    // So that the connection and the session stand before anything is measured.
    await store.put('greeting', 'hello');
    return 0;
  },
  () => cluster.close(),
  (asked) => {
    const load = asked as Load;
    return new PutLoad(load.reads === true ? read : (key, value) => store.put(key, value), load).result();
  },
);
