import { type AddressInfo, connect, type Socket } from 'node:net';
import { fastify } from 'fastify';
import t, { type Test } from 'tap';
import { answerOneAtATime } from '../../server/http/oneAtATime.ts';
import { until } from '../support/until.ts';
import { TestRelay } from './support/relay.ts';
import { WITHIN_MS } from './support/TestPeer.ts';

const GET = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

function connectTo(t: Test, port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  t.teardown(() => socket.destroy());
  return socket;
}

t.test(
  'requests of one connection are answered one after the other, each when the answer before it has left',
  async (t) => {
    const app = fastify({ forceCloseConnections: true });
    answerOneAtATime(app);
    const begun: string[] = [];
    const large = 'x'.repeat(16 * 2 ** 20);
    app.get('/:name', async ({ params }) => {
      begun.push((params as { readonly name: string }).name);
      return large;
    });
    app.get('/other', async () => 'other');
    t.teardown(() => app.close());
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as AddressInfo;
    const slow = connectTo(t, port).pause();
    slow.write(['/a', '/b', '/c', '/d'].map(GET).join(''));
    await until(() => begun.length > 0, { withinMs: WITHIN_MS, what: 'the first is begun' });
    t.equal(await (await fetch(`http://127.0.0.1:${port}/other`)).text(), 'other', 'nobody else waits for it');
    t.same(begun, ['a'], 'nobody reads its answer, so there is no other one in memory');
    let bytes = 0;
    slow.on('data', (chunk) => (bytes += chunk.length));
    slow.resume();
    await until(() => bytes >= 4 * large.length, { withinMs: WITHIN_MS, what: 'all are answered' });
    t.same(begun, ['a', 'b', 'c', 'd']);
  },
);

t.test('a connection that asks on and on without reading is told, and closed', async (t) => {
  const relay = await TestRelay.start(t);
  const socket = connectTo(t, relay.port);
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString('latin1')));
  socket.write(GET('/healthz').repeat(40));
  await until(() => socket.destroyed || socket.readableEnded, { withinMs: WITHIN_MS, what: 'the relay closes it' });
  const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map((match) => match[1]);
  t.same(statuses.slice(0, 17), [...Array.from({ length: 16 }, () => '200'), '429']);
  t.match(text, /"code":"RATE_LIMITED","message":"16 requests of this connection have no answer yet/);
});

t.test('a connection that ends takes its requests with it; others go on', async (t) => {
  const relay = await TestRelay.start(t);
  const gone = connectTo(t, relay.port);
  gone.write(GET('/api/openapi.json').repeat(10));
  gone.destroy();
  const again = connectTo(t, relay.port);
  let text = '';
  again.on('data', (chunk) => (text += chunk.toString('latin1')));
  for (let at = 1; at <= 20; at += 1) {
    again.write(GET('/healthz'));
    await until(() => (text.match(/^HTTP\/1\.1 200/gm) ?? []).length === at, {
      withinMs: WITHIN_MS,
      what: `answer ${at}`,
    });
  }
  t.pass('each one that is answered leaves room for another');
});
