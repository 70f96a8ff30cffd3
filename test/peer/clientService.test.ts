import t, { type Test } from 'tap';
import { SystemClock } from '../../endpoint/clock/SystemClock.ts';
import { ClientService, type Carry } from '../../peer/replica/ClientService.ts';
import { ERRORS, WhitewaterError } from '../../shared/errors.ts';
import { peerId } from '../../shared/ids.ts';
import type { ClientRequest, Operation } from '../../shared/messages/ClientRequest.ts';
import type { ClientReply } from '../../shared/messages/ClientReply.ts';
import { RecordingLogger } from '../support/RecordingLogger.ts';
import { until } from '../support/until.ts';

const WITHIN_MS = 30_000;
const client = peerId('c1');
const leader = peerId('p1');
/** The process that answers. */
const INSTANCE = 'p1, second';

interface Sent {
  readonly to: string;
  readonly values: unknown[];
}

/** A network that has room when the test says so, and operations that are answered with their own query. */
class Stage {
  readonly sent: Sent[] = [];
  readonly service: ClientService;
  hasRoom = true;
  /** How often the network was asked, with room or without. */
  asked = 0;
  #frames = 0;

  constructor(
    t: Test,
    carry: Carry = (operation, _timeoutMs, settle) => settle.resolve((operation as { query?: unknown }).query),
  ) {
    this.service = new ClientService({
      ...{
        id: leader,
        instance: INSTANCE,
        carry,
        leader: () => leader,
        clock: new SystemClock(),
        logger: new RecordingLogger(),
      },
      send: (to, body) => this.#send(to, body),
    });
    t.teardown(() => this.service.stop());
  }

  /** One frame with one request, whose replies are a frame of their own. */
  async request(query: unknown, from = client): Promise<void> {
    this.#frames += 1;
    const operation = { type: 'query', query, consistency: 'stale' } as Operation;
    const requests = [{ requestId: this.#frames, timeoutMs: 1_000, operation }];
    this.service.receive(from, this.#frames, { instance: INSTANCE, requests });
    // The replies of one turn leave together.
    await new Promise((resolve) => setImmediate(resolve));
  }

  async requests(first: number, last: number): Promise<void> {
    for (let number = first; number <= last; number += 1) await this.request(number);
  }

  get values(): unknown[] {
    return this.sent.flatMap(({ values }) => values);
  }

  async retried(): Promise<void> {
    const before = this.asked;
    await until(() => this.asked > before, { withinMs: WITHIN_MS, what: 'another attempt', everyMs: 1 });
  }

  #send(to: string, { replies }: ClientReply): boolean {
    this.asked += 1;
    if (!this.hasRoom) return false;
    this.sent.push({ to, values: replies.map((reply) => (reply.ok ? reply.value : reply.code)) });
    return true;
  }
}

const upTo = (last: number, first = 1): number[] => Array.from({ length: last - first + 1 }, (_, at) => first + at);

/** Time as the units see it, which passes when the test says so too. */
function skippableTime(t: Test): { skip: (ms: number) => void } {
  const now = performance.now.bind(performance);
  let skippedMs = 0;
  Object.defineProperty(performance, 'now', { value: () => now() + skippedMs, configurable: true });
  t.teardown(() => Reflect.deleteProperty(performance, 'now'));
  return { skip: (ms) => (skippedMs += ms) };
}

t.test('replies for which the network has no room wait, and leave in order and once', async (t) => {
  const stage = new Stage(t);
  await stage.requests(1, 2);
  t.same(stage.values, [1, 2]);
  stage.hasRoom = false;
  await stage.requests(3, 20);
  await stage.retried();
  t.same(stage.values, [1, 2], 'nothing is forced upon a full network: heartbeats need the room');
  stage.hasRoom = true;
  await until(() => stage.values.length === 20, { withinMs: WITHIN_MS, what: 'all replies' });
  t.same(stage.values, upTo(20));
  await stage.requests(21, 22);
  t.same(stage.values, upTo(22), 'at once again');
});

t.test('a later reply does not overtake those that wait', async (t) => {
  const stage = new Stage(t);
  stage.hasRoom = false;
  await stage.request(1);
  const other = peerId('c2');
  // Within one turn of the event loop, so that no timer comes between.
  const later = stage.request(2, other);
  stage.hasRoom = true;
  await later;
  await until(() => stage.values.length === 2, { withinMs: WITHIN_MS, what: 'both' });
  t.same(stage.sent, [
    { to: 'c1', values: [1] },
    { to: 'c2', values: [2] },
  ]);
});

t.test('64 frames wait at most; whoever does not get an answer asks again', async (t) => {
  const stage = new Stage(t);
  stage.hasRoom = false;
  await stage.requests(1, 100);
  stage.hasRoom = true;
  await until(() => stage.values.length >= 64, { withinMs: WITHIN_MS, what: 'those that waited' });
  await stage.requests(101, 101);
  t.same(stage.values, [...upTo(64), 101]);
});

t.test('what waits is given up after 2 s without a connection, and not before', async (t) => {
  const time = skippableTime(t);
  const stage = new Stage(t);
  stage.hasRoom = false;
  await stage.requests(1, 3);
  time.skip(500);
  await stage.retried();
  await stage.retried();
  stage.hasRoom = true;
  await until(() => stage.values.length === 3, { withinMs: WITHIN_MS, what: 'those that waited for half a second' });
  stage.hasRoom = false;
  await stage.requests(4, 6);
  time.skip(2_001);
  await stage.retried();
  stage.hasRoom = true;
  await stage.request(7);
  await until(() => stage.values.includes(7), { withinMs: WITHIN_MS, what: 'the next one' });
  t.same(stage.values, [1, 2, 3, 7]);
  const asked = stage.asked;
  const sinceMs = performance.now();
  await until(() => performance.now() > sinceMs + 30, { withinMs: WITHIN_MS, what: 'six times a retry' });
  t.equal(stage.asked, asked, 'and nobody tries any more');
});

t.test('once stopped it sends nothing of what waited', async (t) => {
  const stage = new Stage(t);
  stage.hasRoom = false;
  await stage.requests(1, 3);
  stage.service.stop();
  stage.hasRoom = true;
  const sinceMs = performance.now();
  await until(() => performance.now() > sinceMs + 30, { withinMs: WITHIN_MS, what: 'six times a retry' });
  t.same(stage.values, []);
});

t.test('replies of one turn leave together; a frame that comes twice is answered once; errors are told', async (t) => {
  const stage = new Stage(t, (operation, _timeoutMs, settle) => {
    const { query } = operation as { query?: unknown };
    if (query === 'refused') settle.reject(new WhitewaterError('NOT_LEADER', 'ask another'));
    else if (query === 'defect') settle.reject(new TypeError('of the machine'));
    else settle.resolve(query);
  });
  const requests = ['a', 'refused', 'defect', undefined].map((query, requestId): ClientRequest['requests'][number] => ({
    ...{ requestId, timeoutMs: 1_000 },
    operation: { type: 'query', query, consistency: 'stale' },
  }));
  stage.service.receive(client, 1, { instance: INSTANCE, requests });
  stage.service.receive(client, 1, { instance: INSTANCE, requests });
  await until(() => stage.sent.length > 0, { withinMs: WITHIN_MS, what: 'a frame' });
  await new Promise((resolve) => setImmediate(resolve));
  t.same(stage.sent, [{ to: 'c1', values: ['a', 'NOT_LEADER', 'INTERNAL', null] }]);
});

t.test('what was meant for an earlier process is not carried out, whoever leads, and not called certain', async (t) => {
  const carried: unknown[] = [];
  const stage = new Stage(t, (operation, _timeoutMs, settle) => {
    carried.push(operation);
    settle.resolve('done');
  });
  // Its first copy was refused by the earlier process, or took effect there; the double comes after the restart.
  const requests = [1, 2].map((requestId): ClientRequest['requests'][number] => ({
    ...{ requestId, timeoutMs: 1_000 },
    operation: { type: 'command', command: requestId },
  }));
  stage.service.receive(client, 7, { instance: 'p1, first', requests });
  await until(() => stage.sent.length > 0, { withinMs: WITHIN_MS, what: 'a frame' });
  t.same(carried, []);
  t.same(stage.values, ['PEER_RESTARTED', 'PEER_RESTARTED'], 'each is answered, lest its client wait');
  t.equal(ERRORS.PEER_RESTARTED.definite, false);
  stage.service.receive(client, 7, { instance: INSTANCE, requests });
  await until(() => stage.values.length === 4, { withinMs: WITHIN_MS, what: 'the answers of its own' });
  t.equal(carried.length, 2, 'a frame for an earlier process does not stand for one for this');
});
