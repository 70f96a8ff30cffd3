import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { linesAt } from '../../client/linesAt.ts';
import { until } from '../support/until.ts';

const WITHIN_MS = 20_000;
const SILENCE_MS = 400;

/** A relay of which only the answer to one request is of interest. */
async function answering(t: Test, answer: (response: ServerResponse) => void) {
  const seen = { closed: false };
  const server = createServer((_request, response) => {
    response.on('close', () => (seen.closed = true));
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const ending = new AbortController();
  t.teardown(() => {
    ending.abort();
    server.closeAllConnections();
    server.close();
  });
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/lines`);
  return { seen, ending, lines: linesAt({ fetch, headers: {} }, url, ending.signal, SILENCE_MS) };
}

t.test('a relay that is gone without a word is given up, whenever it falls silent', async (t) => {
  const silent: readonly ((response: ServerResponse) => void)[] = [
    () => undefined,
    (response) => response.writeHead(200).flushHeaders(),
    (response) => response.write('one\n'),
    (response) => response.write('one\ntw'),
  ];
  for (const answer of silent) {
    const { lines, ending, seen } = await answering(t, answer);
    const read = async (): Promise<void> => {
      for await (const line of lines) t.equal(line, 'one');
    };
    await t.rejects(read(), { code: 'RELAY_UNREACHABLE', message: /^nothing came from .* for 0\.4 s: is the relay/ });
    ending.abort();
    await until(() => seen.closed, { withinMs: WITHIN_MS, what: 'nothing of it is left' });
  }
});

t.test('empty lines are life enough, and a reader that takes its time is no silence', async (t) => {
  let last = 0;
  const { lines } = await answering(t, (response) => {
    const timer = setInterval(() => {
      last += 1;
      response.write(last % 20 === 0 ? `${last}\n` : '\n');
      if (last === 40) response.end();
    }, SILENCE_MS / 8);
    response.on('close', () => clearInterval(timer));
  });
  const came: string[] = [];
  for await (const line of lines) {
    came.push(line);
    const sinceMs = performance.now();
    const isLate = (): boolean => performance.now() - sinceMs > 1.5 * SILENCE_MS;
    await until(isLate, { withinMs: WITHIN_MS, what: 'longer than silence may last' });
  }
  t.same(came, ['20', '40']);
});
