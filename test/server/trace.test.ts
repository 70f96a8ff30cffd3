import t from 'tap';
import { lineTrace, parseTraceTopics, type TraceRecord } from '../../shared/trace.ts';
import { TestRelay } from './support/relay.ts';

function recorder(topics: string) {
  const records: TraceRecord[] = [];
  const trace = lineTrace(parseTraceTopics(topics), (line) => records.push(JSON.parse(line) as TraceRecord));
  return { records, trace };
}

t.test('connections, frames and faults, in the shared format', async (t) => {
  const { records, trace } = recorder('transport,frame,fault');
  const relay = await TestRelay.start(t, { trace });
  const [p1, p2] = [await relay.dial('p1'), await relay.dial('p2')];
  const delivered = p1.send('RequestVote', 'p2');
  await p2.heard('RequestVote');
  await relay.request('PUT', '/api/clusters/demo/partition', { groups: [['p1']] });
  const dropped = p1.send('RequestVote', 'p2');
  p1.send('Gossip', 'p2');
  await p1.settled();
  await relay.request('POST', '/api/clusters/demo/peers/p2/disconnect', { forMs: 5 });
  await relay.request('POST', '/api/clusters/demo/heal');
  t.ok(records.every(({ node, cluster }) => node === '@relay' && cluster === 'demo'));
  t.ok(records.every(({ timeMs }) => Math.abs(timeMs - Date.now()) < 60_000));
  t.match(
    records.map(({ topic, event, messageId, details }) => ({ topic, event, messageId, details })),
    [
      { topic: 'transport', event: 'connected', details: { endpoint: 'p1', connectionId: String } },
      { topic: 'transport', event: 'connected', details: { endpoint: 'p2' } },
      {
        topic: 'frame',
        event: 'forwarded',
        messageId: `p1/${delivered}`,
        details: { type: 'RequestVote', to: 'p2', bytes: Number },
      },
      { topic: 'fault', event: 'partitioned', details: { epoch: 1, groups: [['p1']] } },
      { topic: 'frame', event: 'dropped', messageId: `p1/${dropped}`, details: { cause: 'partition' } },
      { topic: 'transport', event: 'refused', details: { endpoint: 'p1', code: 'FRAME_TYPE_UNKNOWN' } },
      { topic: 'transport', event: 'refused', details: { endpoint: 'p2', code: 'DISCONNECTED_BY_OPERATOR' } },
      { topic: 'transport', event: 'disconnected', details: { endpoint: 'p2', reason: 'DISCONNECTED_BY_OPERATOR' } },
      { topic: 'fault', event: 'disconnected', details: { endpoint: 'p2', forMs: 5 } },
      { topic: 'fault', event: 'healed', details: { epoch: 2 } },
    ],
  );
});

t.test('topics that nobody chose are not written', async (t) => {
  const { records, trace } = recorder('fault');
  const relay = await TestRelay.start(t, { trace });
  const p1 = await relay.dial('p1');
  p1.send('RequestVote', 'p2');
  await p1.settled();
  t.same(records, []);
});
