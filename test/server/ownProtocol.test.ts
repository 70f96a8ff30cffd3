import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { decodeFrame, RELAY_ADDRESS, type Frame } from '../../shared/envelope.ts';
import { CONTROL_MESSAGES } from '../../shared/protocol.ts';
import { ROOT } from '../support/root.ts';
import { TestRelay } from './support/relay.ts';
import type { TestPeer } from './support/TestPeer.ts';

const PAGE = readFileSync(join(ROOT, 'docs/PROTOCOL.md'), 'utf8');
const CLUSTER = 'court';
const NAMES = ['a', 'b'] as const;

/** The frames of the page's section "A protocol of your own", as they stand there. */
function exampleOfPage(): readonly { readonly text: string; readonly frame: Frame }[] {
  const [, lines = ''] = /^## A protocol of your own$[\s\S]*?^```ndjson\n([\s\S]*?)^```$/m.exec(PAGE) ?? [];
  return lines
    .trim()
    .split('\n')
    .map((text) => {
      const decoded = decodeFrame(text);
      if (!decoded.ok) throw new Error(`${decoded.message}: ${text}`);
      return { text, frame: decoded.frame };
    });
}

t.test('the protocol of PROTOCOL.md that is not ours: its frames arrive as they were sent', async (t) => {
  const relay = await TestRelay.start(t);
  const peers = new Map<string, TestPeer>();
  for (const id of NAMES) peers.set(id, await relay.open(id, { cluster: CLUSTER }));
  const example = exampleOfPage();
  t.ok(example.length > 2);
  for (const { text, frame } of example) {
    peers.get(frame.from)?.sendText(text);
    if (frame.to === RELAY_ADDRESS) await peers.get(frame.from)?.heard('Welcome');
    else {
      const receiver = peers.get(frame.to);
      await receiver?.heard(frame.type, ({ id }) => id === frame.id);
      t.equal(receiver?.texts.at(-1), text);
    }
  }
  const carried = example.filter(({ frame }) => frame.to !== RELAY_ADDRESS).length;
  const view = await relay.view(CLUSTER);
  t.match(view.traffic, { framesDelivered: carried });
  const shown = NAMES.map((id) => ({ id, connected: true, role: null, status: null }));
  t.match(view.peers, shown, 'without a Status there is no role to show');
});

t.test('a protocol of its own: any body, clients too, partitions; but the relay keeps its types', async (t) => {
  const relay = await TestRelay.start(t);
  const own = { cluster: CLUSTER, application: 'tennis' };
  const [a, b] = [await relay.dial('a', own), await relay.dial('b', own)];
  const spectator = await relay.dial('x', { ...own, path: 'client' });
  const bodies = [null, 0, 'text', [1, [2]], { deep: { term: -1 } }];
  for (const [at, body] of bodies.entries()) {
    a.send(`Stroke${at}`, 'b', body);
    t.same((await b.heard(`Stroke${at}`)).body, body);
  }
  spectator.send('Applause', 'b', 'bravo');
  t.match(await b.heard('Applause'), { from: 'x', body: 'bravo' });
  b.send('Bow', 'x');
  t.match(await spectator.heard('Bow'), { from: 'b' });

  for (const type of Object.keys(CONTROL_MESSAGES)) {
    const id = a.send(type, 'b');
    const refused = await a.heard('Refused', ({ body }) => (body as { inReplyTo?: number }).inReplyTo === id);
    t.match(refused.body, { code: 'FRAME_TYPE_UNKNOWN' }, type);
  }

  a.send('Lookup', RELAY_ADDRESS);
  t.match((await a.heard('Directory')).body, { peers: [{ id: 'a' }, { id: 'b' }], leader: null });

  const path = `/api/clusters/${CLUSTER}`;
  await relay.request('PUT', `${path}/partition`, { groups: [['a'], ['b']] });
  const heard = b.frames.length;
  a.send('Lost', 'b');
  await a.settled();
  await relay.request('POST', `${path}/heal`);
  a.send('Found', 'b');
  await b.heard('Found');
  t.same(
    b.frames.slice(heard).map(({ type }) => type),
    ['Found'],
    'a cut loses frames of any protocol',
  );
});
