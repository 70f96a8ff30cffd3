import t from 'tap';
import { TestRelay } from './support/relay.ts';

const SEED = '/api/clusters/demo/seed';

t.test('a body that is not UTF-8 is refused, and not stored with other letters', async (t) => {
  const relay = await TestRelay.start(t);
  await relay.dial('p1');
  const put = async (body: Uint8Array<ArrayBuffer>, type = 'application/json'): Promise<[number, string]> => {
    const response = await fetch(relay.url + SEED, { method: 'PUT', headers: { 'content-type': type }, body });
    return [response.status, await response.text()];
  };
  const bytes = (text: string, encoding: BufferEncoding) => new Uint8Array(Buffer.from(text, encoding));
  const text = '{"seed":"ä界"}';
  const before = (await relay.request('GET', '/api/clusters/demo/network')).text;
  const wrong: [Uint8Array<ArrayBuffer>, string?][] = [
    [bytes('{"seed":"\xe4"}', 'latin1')],
    [bytes('{"seed":"\xed\xa0\x80"}', 'latin1')],
    [bytes('{"seed":"\xc0\xaf"}', 'latin1')],
    [bytes(text, 'utf16le'), 'application/json; charset=utf-16'],
    [bytes(text, 'utf8'), 'application/json; charset=utf-16'],
    [bytes(text, 'utf8'), 'application/json;charset="ISO-8859-1"'],
  ];
  for (const [body, type] of wrong) {
    const [status, answer] = await put(body, type);
    t.equal(status, 400);
    t.match(JSON.parse(answer), {
      code: 'REQUEST_INVALID',
      message: /not UTF-8, or is said not to be/,
      definite: true,
    });
  }
  t.equal((await relay.request('GET', '/api/clusters/demo/network')).text, before, 'nothing was changed');
  for (const type of ['application/json', 'application/json; charset=utf-8', 'application/json; Charset="UTF-8"']) {
    const [status, answer] = await put(bytes(text, 'utf8'), type);
    t.equal(status, 200, type);
    t.match(JSON.parse(answer), { seed: 'ä界' });
  }
});
