import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import t from 'tap';
import { endStalled } from '../../server/gateway/endStalled.ts';
import { until } from '../support/until.ts';

const WITHIN_MS = 30_000;

t.test(
  'the connection of a reader that takes nothing is ended; one that reads, or has nothing to read, stays',
  async (t) => {
    const responses = new Map<string, ServerResponse>();
    const server = createServer((request, response) => {
      responses.set(request.url ?? '', response);
      response.flushHeaders();
      endStalled(response, 200);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.teardown(() => server.close());
    const { port } = server.address() as AddressInfo;
    const open = async (path: string): Promise<ServerResponse> => {
      const socket = connect(port, '127.0.0.1');
      t.teardown(() => socket.destroy());
      socket.on('error', () => undefined);
      socket.write(`GET ${path} HTTP/1.1\r\nhost: here\r\n\r\n`);
      if (path !== '/stalled') socket.resume();
      return until(() => responses.get(path), { withinMs: WITHIN_MS, what: path });
    };
    const [idle, reading, stalled] = [await open('/idle'), await open('/reading'), await open('/stalled')];
    const fill = (response: ServerResponse, bytes: number): void => {
      for (let count = 0; count < 64; count += 1) response.write('x'.repeat(bytes));
    };
    // More than may wait, and little enough to be taken at once.
    fill(reading, 4_096);
    fill(stalled, 524_288);
    await until(() => stalled.destroyed, { withinMs: WITHIN_MS, what: 'the end of the stalled one' });
    t.same([idle.destroyed, reading.destroyed], [false, false]);
  },
);
