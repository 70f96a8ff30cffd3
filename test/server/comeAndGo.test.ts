import { queryObjects } from 'node:v8';
import t from 'tap';
import { listenRelay } from '../../server/listen.ts';
import { TestPeer } from './support/TestPeer.ts';

/** Fewer than one for each connection is not of connections. */
const CONNECTIONS = 400;

t.test(
  'of connections that came and went nothing is left, in any of the ways that a relay watches for their end',
  async (t) => {
    const relay = await listenRelay({ port: 0 });
    t.teardown(() => relay.close());
    const comeAndGo = async (times: number): Promise<void> => {
      for (let life = 0; life < times; life += 1) {
        const peer = await TestPeer.dial(relay.url, { id: 'p1' });
        peer.end();
      }
    };
    await comeAndGo(50);
    // Signals that follow another one are remembered there by weak references, which stay when they are gone.
    const before = queryObjects(WeakRef, { format: 'count' });
    await comeAndGo(CONNECTIONS);
    const left = queryObjects(WeakRef, { format: 'count' }) - before;
    t.ok(left < CONNECTIONS / 4, `${left} weak references more`);
  },
);
