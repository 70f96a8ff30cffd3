import { getEventListeners } from 'node:events';
import t from 'tap';
import { ClusterClient } from '../../client/ClusterClient.ts';
import type { ClusterTransport } from '../../client/ClusterTransport.ts';
import { Session } from '../../client/Session.ts';
import type { ClientHandlers } from '../../endpoint/ports/Transport.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { peerId } from '../../shared/ids.ts';
import type { Operation } from '../../shared/messages/ClientRequest.ts';
import { VirtualClock } from '../../sim/VirtualClock.ts';

const LEADER = peerId('p1');

type Verdict = { readonly value: unknown } | { readonly code: ErrorCode } | 'lost';

/** A client in virtual time; `judge` is the cluster. */
function stage(judge: (operation: Operation) => Verdict): {
  clock: VirtualClock;
  client: ClusterClient;
  transport: ClusterTransport;
  seen: Operation[];
} {
  const clock = new VirtualClock();
  const seen: Operation[] = [];
  let handlers: ClientHandlers | undefined;
  const transport: ClusterTransport = {
    start: (given) => {
      handlers = given;
      queueMicrotask(() => {
        given.onConnected(true);
        given.onDirectory({ peers: [{ id: LEADER, instance: 'one' }], leader: LEADER });
      });
    },
    send: (to, _id, message) => {
      if (message.type !== 'ClientRequest') throw new Error(message.type);
      for (const { requestId, operation } of message.body.requests) {
        seen.push(operation);
        const verdict = verdictOf(judge, operation, seen.length);
        if (verdict === 'lost') continue;
        const reply =
          'code' in verdict
            ? ({ requestId, ok: false, code: verdict.code, message: '', leader: null } as const)
            : ({ requestId, ok: true, value: verdict.value } as const);
        queueMicrotask(() => handlers?.onMessage(to, 1, { type: 'ClientReply', body: { replies: [reply] } }));
      }
      return true;
    },
    lookUp: () => true,
    stop: () => Promise.resolve(),
  };
  return { clock, client: new ClusterClient({ transport, clock }), transport, seen };
}

/** A session is opened at an index, unless it may not be. */
function verdictOf(judge: (operation: Operation) => Verdict, operation: Operation, index: number): Verdict {
  const verdict = judge(operation);
  return operation.type === 'openSession' && typeof verdict === 'object' && 'value' in verdict
    ? { value: { openedIndex: index } }
    : verdict;
}

/** Lets promises and virtual time go on until something is settled. */
async function settle<Value>(clock: VirtualClock, promise: Promise<Value>): Promise<Value> {
  let isSettled = false;
  const done = (): void => void (isSettled = true);
  promise.then(done, done);
  for (let turn = 0; turn < 1_000 && !isSettled; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(25);
  }
  return promise;
}

const commandsIn = (seen: readonly Operation[]) => seen.flatMap((one) => (one.type === 'command' ? [one.session] : []));

t.test('G56: a command that is sent again keeps its number, and later ones go on from it', async (t) => {
  let losses = 2;
  const { clock, client, seen } = stage((operation) => {
    if (operation.type !== 'command' || losses === 0) return { value: 'done' };
    losses -= 1;
    return losses === 1 ? 'lost' : { code: 'NOT_LEADER' };
  });
  t.equal(await settle(clock, client.command('a')), 'done');
  t.equal(await settle(clock, client.command('b')), 'done');
  const sent = commandsIn(seen);
  t.same(
    sent.map((session) => session?.sequence),
    [1, 1, 1, 2],
  );
  t.same(new Set(sent.map((session) => session?.id)).size, 1);
  t.equal(sent.at(-1)?.answeredThrough, 1, 'the answer of the first need not be kept');
});

t.test('a session that is gone: nothing happened if only one copy was sent, and a new session does it', async (t) => {
  let isGone = true;
  const { clock, client, seen } = stage((operation) => {
    if (operation.type !== 'command' || !isGone) return { value: 'done' };
    isGone = false;
    return { code: 'SESSION_EXPIRED' };
  });
  t.equal(await settle(clock, client.command('a')), 'done');
  t.equal(new Set(commandsIn(seen).map((session) => session?.id)).size, 2);
});

t.test(
  'a session that is gone after copies were refused for certain: nothing happened, and a new session does it',
  async (t) => {
    const answers: Verdict[] = [{ code: 'NOT_LEADER' }, { code: 'OVERLOADED' }, { code: 'SESSION_EXPIRED' }];
    const { clock, client, seen } = stage((operation) => {
      if (operation.type !== 'command') return { value: 'done' };
      return answers.shift() ?? { value: 'done' };
    });
    t.equal(await settle(clock, client.command('a')), 'done');
    t.same(
      commandsIn(seen).map((session) => session?.sequence),
      [1, 1, 1, 1],
    );
    t.equal(new Set(commandsIn(seen).map((session) => session?.id)).size, 2);
  },
);

t.test('a session that is gone after a copy was lost: it cannot be told, so it is not done again', async (t) => {
  let copies = 0;
  const { clock, client, seen } = stage((operation) => {
    if (operation.type !== 'command') return { value: null };
    copies += 1;
    return copies === 1 ? 'lost' : { code: 'SESSION_EXPIRED' };
  });
  await t.rejects(settle(clock, client.command('a')), { code: 'SESSION_EXPIRED', definite: false });
  t.equal(commandsIn(seen).length, 2);
});

t.test('a session tells up to where it is answered, without gaps, and not beyond the request itself', async (t) => {
  const session = new Session('s', 7);
  const [first, second, third] = [session.take(), session.take(), session.take()] as [number, number, number];
  session.answered(second);
  t.same(session.fields(third), { id: 's', openedIndex: 7, sequence: 3, answeredThrough: 0 });
  session.answered(first);
  t.equal(session.fields(third).answeredThrough, 2);
  session.answered(third);
  t.equal(session.fields(third).answeredThrough, 2, 'a copy of the last one does not forget itself');
  for (let count = 0; count < 1_000; count += 1) t.equal(session.take(), 4 + count);
  t.equal(session.take(), undefined, 'further commands wait');
  const granted: unknown[] = [];
  for (const name of ['a', 'b', 'c', 'd']) {
    const callOff = session.wait((sequence) => granted.push([name, sequence]));
    if (name === 'b') callOff();
  }
  session.answered(5);
  t.same(granted, [], 'the oldest is not answered');
  session.answered(4);
  t.same(granted.splice(0), [
    ['a', 1_004],
    ['c', 1_005],
  ]);
  t.equal(session.take(), undefined, 'nobody overtakes those that wait');
  session.answered(6);
  t.same(granted.splice(0), [['d', 1_006]], 'one for each that became free');
  session.wait((sequence) => granted.push(sequence));
  session.end();
  session.wait((sequence) => granted.push(sequence));
  session.answered(7);
  t.same([granted, session.take()], [[undefined, undefined], undefined], 'the session is over');
});

/** A client whose session is full of commands without an answer. */
async function fullStage(): Promise<ReturnType<typeof stage> & { answer: () => void; first: Promise<unknown>[] }> {
  let isAnswering = false;
  const made = stage((operation) => (operation.type === 'openSession' || isAnswering ? { value: 'done' } : 'lost'));
  const first = Array.from({ length: 1_000 }, () => made.client.command('x', { timeoutMs: 60_000 }));
  for (const one of first) one.catch(() => undefined);
  for (let turn = 0; turn < 20; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    made.clock.advance(0);
  }
  if (commandsIn(made.seen).length !== 1_000) throw new Error(`${commandsIn(made.seen).length} commands were sent`);
  return { ...made, first, answer: () => void (isAnswering = true) };
}

t.test("a command that waits for the session's window ends in time, or with its signal, for certain", async (t) => {
  const { clock, client, seen, first, answer } = await fullStage();
  const beganMs = clock.nowMs();
  await t.rejects(settle(clock, client.command('late', { timeoutMs: 200 })), { code: 'TIMED_OUT', definite: true });
  t.ok(clock.nowMs() - beganMs <= 300, `${clock.nowMs() - beganMs} ms`);
  const abort = new AbortController();
  const aborted = client.command('aborted', { timeoutMs: 60_000, signal: abort.signal });
  abort.abort(new Error('enough'));
  await t.rejects(settle(clock, aborted), { message: 'enough' });
  const waits = client.command('waits', { timeoutMs: 60_000 });
  answer();
  t.equal(await settle(clock, waits), 'done');
  await settle(clock, Promise.all(first));
  const sent = new Set(seen.flatMap((one) => (one.type === 'command' ? [one.command] : [])));
  t.same([...sent], ['x', 'waits'], 'nothing was sent of the others');
});

t.test('commands that wait for the window are bounded, and the end of the client ends them for certain', async (t) => {
  const { clock, client, first } = await fullStage();
  const waiting = Array.from({ length: 19_000 }, () => client.command('waits', { timeoutMs: 60_000 }));
  const ends = Promise.allSettled(waiting);
  await t.rejects(settle(clock, client.command('one more')), { code: 'OVERLOADED', definite: true });
  await settle(clock, client.close());
  const codes = (await ends).map((end) => (end.status === 'rejected' ? (end.reason as { code: string }).code : ''));
  t.same([...new Set(codes)], ['CLIENT_CLOSED']);
  t.equal((await Promise.allSettled(first)).filter(({ status }) => status === 'rejected').length, 1_000);
});

t.test('a session that is gone sends those that wait for it into the next one', async (t) => {
  let firstId: string | undefined;
  const { clock, client, seen } = stage((operation) => {
    if (operation.type !== 'command') return { value: null };
    firstId ??= operation.session?.id;
    return operation.session?.id === firstId ? { code: 'SESSION_EXPIRED' } : { value: operation.command };
  });
  const commands = Array.from({ length: 2_500 }, (_, number) => client.command(number));
  t.same(
    await settle(clock, Promise.all(commands)),
    commands.map((_, number) => number),
  );
  const opened = new Map(
    seen.flatMap((one, at) => (one.type === 'openSession' ? [[one.session, at + 1] as const] : [])),
  );
  t.equal(opened.size, 2);
  t.ok(
    commandsIn(seen).every((session) => session !== undefined && session.openedIndex === opened.get(session.id)),
    'each command carries what opening its session answered',
  );
});

t.test('a command is what it was when it was given, however late it is sent, and however often', async (t) => {
  let lost = 0;
  const { client, clock, seen } = stage(({ type }) => {
    if (type !== 'command' || lost === 1) return { value: 1 };
    lost += 1;
    return 'lost';
  });
  const command: Record<string, unknown> = { type: 'put', value: 'first' };
  const done = client.command(command);
  command['value'] = 'second';
  command['self'] = command;
  const query: Record<string, unknown> = { key: 'a', deep: { list: [1] } };
  const asked = client.query(query);
  (query['deep'] as { list: unknown[] }).list.push(2);
  await settle(clock, Promise.all([done, asked]));
  const commands = seen.filter((operation) => operation.type === 'command');
  t.ok(commands.length > 1, 'it was sent again');
  for (const sent of commands) t.strictSame(sent.command, { type: 'put', value: 'first' });
  for (const sent of seen) if (sent.type === 'query') t.strictSame(sent.query, { key: 'a', deep: { list: [1] } });
});

t.test('what is refused at once leaves no listener on its signal', async (t) => {
  const { client } = stage(() => ({ value: 1 }));
  const { signal } = new AbortController();
  await client.close();
  for (let count = 0; count < 50; count += 1) await t.rejects(client.query({}, { signal }), { code: 'CLIENT_CLOSED' });
  t.equal(getEventListeners(signal, 'abort').length, 0);
});

t.test('a time to live that no session can have is refused at once', async (t) => {
  const { transport } = stage(() => ({ value: 1 }));
  for (const sessionTimeToLiveMs of [0, -1, 1.5, 999, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY]) {
    t.throws(() => new ClusterClient({ transport, sessionTimeToLiveMs }), { code: 'USAGE' }, `${sessionTimeToLiveMs}`);
  }
});
