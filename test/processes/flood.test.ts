import t, { type Test } from 'tap';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { PROTOCOL_VERSION } from '../../shared/protocol.ts';
import { TestPeer } from '../server/support/TestPeer.ts';
import { until } from '../support/until.ts';
import { RunningProcess } from '../support/processes.ts';

const WITHIN_MS = 60_000;
const HEARTBEATS = 60;
const HEARTBEAT_MS = 50;

/** Sends frames of one cluster as fast as the relay takes them, from a process of its own. */
const FLOODER = `
  import { WebSocket } from 'ws';
  const [url, version] = process.argv.slice(1);
  const open = (id) => new Promise((resolve) => {
    const socket = new WebSocket(url + '/peer?cluster=flood&id=' + id, { perMessageDeflate: false });
    const body = { protocolVersion: Number(version), application: 'flood', instance: id, software: 'flooder' };
    socket.on('open', () => socket.send(JSON.stringify({ type: 'Hello', from: id, to: '@relay', id: 1, body })));
    socket.once('message', () => resolve(socket));
    socket.on('error', () => process.exit(1));
  });
  const [one] = await Promise.all([open('f1'), open('f2')]);
  const frame = JSON.stringify({ type: 'X', from: 'f1', to: 'f2', id: 1, body: 'x'.repeat(200) });
  console.log('flooding');
  const flood = () => {
    for (let count = 0; count < 200 && one.bufferedAmount < 4e6; count += 1) one.send(frame);
    setImmediate(flood);
  };
  flood();
`;

t.test("a flood of one cluster leaves another cluster's heartbeats on time", async (t) => {
  const relay = RunningProcess.start(t, { name: 'relay', args: ['relay', '--port', '0'] });
  const [, url = ''] = await relay.line(/listens at (http:\S+)/, WITHIN_MS);
  const [p1, p2] = await dialBoth(t, url);
  const flooder = spawn(
    process.execPath,
    ['--input-type=module', '-e', FLOODER, url.replace('http', 'ws'), String(PROTOCOL_VERSION)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '' },
    },
  );
  t.teardown(() => flooder.kill('SIGKILL'));
  // It is to keep the relay busy, and not to take the machine from everybody else.
  if (flooder.pid !== undefined) setPriority(flooder.pid, 10);
  await once(flooder.stdout, 'data');
  const framesIn = async (): Promise<number> => {
    const view = (await (await fetch(`${url}/api/clusters/flood`)).json()) as { traffic: { framesIn: number } };
    return view.traffic.framesIn;
  };
  await until(async () => (await framesIn()) > 1000, { withinMs: WITHIN_MS, what: 'the flood has begun' });
  const [before, startMs] = [await framesIn(), performance.now()];
  const lateness: number[] = [];
  for (let beat = 0; beat < HEARTBEATS; beat += 1) {
    const sentMs = performance.now();
    p1.send('AppendEntries', 'p2', beat);
    await p2.heard('AppendEntries', ({ body }) => body === beat);
    lateness.push(performance.now() - sentMs);
    await until(() => performance.now() - sentMs >= HEARTBEAT_MS, { withinMs: WITHIN_MS, what: 'the next heartbeat' });
  }
  const perSecond = ((await framesIn()) - before) / ((performance.now() - startMs) / 1000);
  lateness.sort((one, other) => one - other);
  const [median = Infinity, ninth = Infinity] = [lateness[HEARTBEATS / 2], lateness[Math.floor(HEARTBEATS * 0.9)]];
  t.comment(
    `${Math.round(perSecond)} frames a second of the flood; heartbeats took ${median.toFixed(1)} ms in the median, ${ninth.toFixed(1)} ms at the 90th percentile, ${(lateness.at(-1) ?? 0).toFixed(1)} ms at most`,
  );
  t.ok(perSecond > 5000, 'it was a flood');
  // The election timeout is 250 ms at least.
  t.ok(median < 100, 'the median');
  t.ok(ninth < 250, 'nine of ten');
});

t.test('SIGTERM in the midst of it: everybody is told, and the process ends', async (t) => {
  const relay = RunningProcess.start(t, { name: 'relay', args: ['relay', '--port', '0'] });
  const [, url = ''] = await relay.line(/listens at (http:\S+)/, WITHIN_MS);
  const [p1, p2] = await dialBoth(t, url);
  const body = 'x'.repeat(10_000);
  let isSending = true;
  const send = (): void => {
    if (!isSending) return;
    for (let count = 0; count < 20 && p1.webSocket.bufferedAmount < 1e6; count += 1)
      p1.send('AppendEntries', 'p2', body);
    setImmediate(send);
  };
  send();
  await p2.heard('AppendEntries');
  const startMs = performance.now();
  const ended = relay.kill('SIGTERM');
  const closed = await Promise.all([p1.closed(), p2.closed()]);
  isSending = false;
  await ended;
  t.same(await relay.exited, { code: 0, signal: null });
  t.comment(`${Math.round(performance.now() - startMs)} ms`);
  for (const { code, reason } of closed) t.same({ code, reason }, { code: 1001, reason: 'RELAY_STOPPING' });
  t.ok(
    p2.frames.some(
      ({ type, body: told }) => type === 'Refused' && (told as { code: string }).code === 'RELAY_STOPPING',
    ),
  );
});

async function dialBoth(t: Test, url: string): Promise<[TestPeer, TestPeer]> {
  const peers: [TestPeer, TestPeer] = [await TestPeer.dial(url, { id: 'p1' }), await TestPeer.dial(url, { id: 'p2' })];
  t.teardown(() => peers.forEach((peer) => peer.end()));
  return peers;
}
