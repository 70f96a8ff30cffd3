import { getHeapSnapshot } from 'node:v8';
import t from 'tap';
import { listenRelay } from '../../server/listen.ts';
import { TestPeer } from './support/TestPeer.ts';

/** Fewer than one for each connection is not of connections. */
const CONNECTIONS = 400;

interface Snapshot {
  readonly snapshot: { readonly meta: { readonly node_fields: readonly string[] } };
  readonly nodes: readonly number[];
  readonly strings: readonly string[];
}

/** How many objects with such a name there are in this process, after a collection of garbage. */
async function objectsNamed(name: string): Promise<number> {
  const parts: Buffer[] = [];
  for await (const part of getHeapSnapshot()) parts.push(part as Buffer);
  const { snapshot, nodes, strings } = JSON.parse(Buffer.concat(parts).toString()) as Snapshot;
  const fields = snapshot.meta.node_fields;
  const nameAt = fields.indexOf('name');
  let count = 0;
  for (let at = 0; at < nodes.length; at += fields.length) if (strings[nodes[at + nameAt] ?? -1] === name) count += 1;
  return count;
}

t.test('of connections that came and went nothing is left in the relay', async (t) => {
  const relay = await listenRelay({ port: 0 });
  t.teardown(() => relay.close());
  const comeAndGo = async (times: number): Promise<void> => {
    for (let life = 0; life < times; life += 1) {
      const peer = await TestPeer.dial(relay.url, { id: 'p1' });
      peer.end();
    }
  };
  await comeAndGo(50);
  // A signal that follows another one is remembered there by a weak reference, which stays when it is gone.
  const before = await objectsNamed('WeakRef');
  await comeAndGo(CONNECTIONS);
  const left = (await objectsNamed('WeakRef')) - before;
  t.ok(left < CONNECTIONS / 4, `${left} weak references more`);
});
