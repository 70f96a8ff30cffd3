import t from 'tap';
import { ProcessClient, RelayClient } from '../../client/index.ts';
import { isSampledMessage } from '../../client/answers.ts';
import type { LiveFrames } from '../../shared/http/Frames.ts';
import { clusterId } from '../../shared/ids.ts';
import { NOT_OWNED } from '../../shared/http/Processes.ts';
import { ownerOf } from '../../server/processes/processesOf.ts';
import type { ProcessOwner } from '../../server/processes/ProcessOwner.ts';

/** A client of a relay that gives every request the same answer, and what it was asked. */
function clientOf(answer: unknown, status = 200) {
  const asked: { method: string; path: string; body: unknown }[] = [];
  const client = new RelayClient({
    url: 'http://relay.test',
    fetch: async (url, init) => {
      const { pathname } = new URL(url instanceof Request ? url.url : url);
      const body = typeof init?.body === 'string' ? (JSON.parse(init.body) as unknown) : undefined;
      asked.push({ method: init?.method ?? 'GET', path: pathname, body });
      return new Response(JSON.stringify(answer), { status });
    },
  });
  return { client, asked };
}

const VIEW = { id: 'demo', term: 1, traffic: {}, partition: null, faults: {}, peers: [] };
const SAFETY = { sinceMs: 1, statuses: 0, checks: [] };

t.test('what the page asks: each by its route', async (t) => {
  const cases: [call: (client: RelayClient) => Promise<unknown>, answer: unknown, method: string, path: string][] = [
    [(client) => client.frame('demo', 7), { seq: 7, text: '{}', truncated: false }, 'GET', '/frames/7'],
    [(client) => client.timeOut('demo', 'p1'), VIEW, 'POST', '/peers/p1/timeout'],
    [(client) => client.safety('demo'), SAFETY, 'GET', '/safety'],
    [(client) => client.judgeAnew('demo'), SAFETY, 'DELETE', '/safety'],
    [(client) => client.processes('demo').view(), NOT_OWNED, 'GET', '/processes'],
    [(client) => client.processes('demo').act('p1', 'kill'), NOT_OWNED, 'POST', '/peers/p1/process'],
    [(client) => client.processes('demo').restartWith({ preVote: false }), NOT_OWNED, 'PUT', '/processes/settings'],
  ];
  for (const [call, answer, method, path] of cases) {
    const { client, asked } = clientOf(answer);
    t.same(await call(client), answer, path);
    t.match(asked, [{ method, path: `/api/clusters/demo${path}` }]);
    const foreign = { code: 'RELAY_UNREACHABLE', message: /not a Whitewater relay/ };
    await t.rejects(call(clientOf({ status: 'UP' }).client), foreign, `${path}: another program answers`);
  }
  t.type(new RelayClient({ url: 'http://relay.test' }).processes('demo'), ProcessClient);
});

t.test('what is to be done to a process, and with which settings, stands in the body', async (t) => {
  const { client, asked } = clientOf(NOT_OWNED);
  await client.processes('demo').act('p1', 'pause');
  await client.processes('demo').restartWith({ heartbeatMs: 500, checkQuorum: false });
  t.same(
    asked.map(({ body }) => body),
    [{ action: 'pause' }, { heartbeatMs: 500, checkQuorum: false }],
  );
});

t.test('a frame that is not kept is null; any other refusal is an error', async (t) => {
  const refusal = (code: string) => ({ code, message: 'no', definite: true });
  t.equal(await clientOf(refusal('FRAME_FORGOTTEN'), 404).client.frame('demo', 1), null);
  await t.rejects(clientOf(refusal('CLUSTER_UNKNOWN'), 404).client.frame('demo', 1), { code: 'CLUSTER_UNKNOWN' });
});

t.test('a feed with frames takes frames, and what any feed says', async (t) => {
  const frames: LiveFrames = {
    ...{ type: 'frames', timeMs: 1, isWhole: false },
    ...{ frames: [], ends: [], crowded: [], queues: [] },
  };
  t.ok(isSampledMessage(frames));
  t.ok(isSampledMessage({ type: 'snapshot', cluster: VIEW, events: [] }));
  t.ok(isSampledMessage({ type: 'delta', peers: [], links: [], events: [] }));
  t.notOk(isSampledMessage({ ...frames, ends: undefined }));
  t.notOk(isSampledMessage(null));
});

t.test('without an owner nothing is done to processes, and it says who would be one', async (t) => {
  t.throws(() => ownerOf(undefined, 'demo'), { code: 'PROCESS_NOT_OWNED', message: /whitewater up/ });
  const owner: ProcessOwner = {
    view: { owned: true, cluster: clusterId('demo'), processes: [], settings: null },
    act: async () => undefined,
    restartWith: async () => undefined,
  };
  t.equal(ownerOf(owner, 'demo'), owner);
  t.throws(() => ownerOf(owner, 'other'), { code: 'PROCESS_NOT_OWNED', message: /are of demo/ });
  t.throws(() => ownerOf({ ...owner, view: NOT_OWNED }, 'demo'), { code: 'PROCESS_NOT_OWNED' });
});
