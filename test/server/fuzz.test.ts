import { once } from 'node:events';
import t from 'tap';
import { WebSocket } from 'ws';
import { sendRaw } from '../support/fuzz/sendRaw.ts';
import { TestRelay } from './support/relay.ts';
import { RelayFuzzer } from './support/RelayFuzzer.ts';
import { TestPeer } from './support/TestPeer.ts';

/** More with WHITEWATER_FUZZ_INPUTS=100000; another run with WHITEWATER_FUZZ_SEED. */
const INPUTS = Number(process.env['WHITEWATER_FUZZ_INPUTS'] ?? 2000);
const FRAME_BYTES_MAX = 65_536;
const SEED = Number(process.env['WHITEWATER_FUZZ_SEED'] ?? 1);

t.test(
  `${INPUTS} malformed, truncated, oversized and forged inputs with seed ${SEED} touch no other cluster`,
  async (t) => {
    t.setTimeout(60_000 + 20 * INPUTS);
    const relay = await TestRelay.start(t, { frameBytesMax: FRAME_BYTES_MAX });
    const fuzz = new RelayFuzzer(SEED);
    const [calm1, calm2] = [await relay.dial('p1', { cluster: 'calm' }), await relay.dial('p2', { cluster: 'calm' })];
    let attacker: TestPeer | undefined;
    for (let input = 0; input < INPUTS; input += 1) {
      if (attacker === undefined || attacker.webSocket.readyState !== WebSocket.OPEN) {
        attacker?.end();
        // A client does not get the id of a peer: each kind has names of its own.
        const names = {
          peer: ['p1', 'p2', 'p3', 'constructor', '__proto__'],
          client: ['c1', 'c2', 'toString', '__proto'],
        };
        const path = fuzz.pick(['peer', 'client'] as const);
        attacker = await TestPeer.open(relay.url, { id: fuzz.pick(names[path]), path });
        if (fuzz.random() < 0.9) attacker.hello();
      }
      const kind = fuzz.random();
      if (kind < 0.02) await sendRaw(relay.port, fuzz.request());
      else if (kind < 0.03) await sendTooMuch(relay.url, fuzz.below(100_000));
      else attacker.webSocket.send(fuzz.mutate(fuzz.frame(attacker.id)), { binary: fuzz.random() < 0.02 });
      if (fuzz.random() < 0.3) await new Promise((resolve) => setImmediate(resolve));
      if (input % 100 === 0) {
        calm1.send('AppendEntries', 'p2', input);
        await calm2.heard('AppendEntries', ({ body }) => body === input);
      }
    }
    attacker?.end();
    await calm1.settled();
    t.match(await relay.view('calm'), {
      peers: [
        { connections: 1, connected: true },
        { connections: 1, connected: true },
      ],
    });
    t.ok(calm2.frames.every(({ type, from }) => from === '@relay' || (type === 'AppendEntries' && from === 'p1')));
    await relay.until('all attackers are gone', async () => (await relay.metric('connections')) === 2);
    for (const code of [
      'FRAME_NOT_JSON',
      'FRAME_MALFORMED',
      'FRAME_FORGED',
      'FRAME_TOO_LARGE',
      'HELLO_EXPECTED',
      'FRAME_TYPE_UNKNOWN',
    ]) {
      t.ok((await relay.refusals(code)) > 0, `${code} was among them`);
    }
    t.equal(await relay.refusals('INTERNAL'), 0);
    t.same(
      relay.log.filter((line) => line.startsWith('INTERNAL')),
      [],
    );
  },
);

/** One byte too many and `more`, on a connection of its own, so that nothing before it is what ends the connection. */
async function sendTooMuch(url: string, more: number): Promise<void> {
  const peer = await TestPeer.open(url, { id: 'p3', path: 'peer' });
  peer.sendText(`"${'x'.repeat(FRAME_BYTES_MAX - 1 + more)}"`);
  if (peer.webSocket.readyState !== WebSocket.CLOSED) await once(peer.webSocket, 'close');
}
