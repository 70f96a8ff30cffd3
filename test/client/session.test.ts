import t from 'tap';
import { ClusterClient } from '../../client/ClusterClient.ts';
import type { ClusterTransport } from '../../client/ClusterTransport.ts';
import { Session } from '../../client/Session.ts';
import type { TransportHandlers } from '../../endpoint/ports/Transport.ts';
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
  seen: Operation[];
} {
  const clock = new VirtualClock();
  const seen: Operation[] = [];
  let handlers: Required<TransportHandlers> | undefined;
  const transport: ClusterTransport = {
    start: (given) => {
      handlers = given;
      queueMicrotask(() => {
        given.onConnected(true);
        given.onDirectory({ peers: [LEADER], leader: LEADER });
      });
    },
    send: (to, _id, message) => {
      if (message.type !== 'ClientRequest') throw new Error(message.type);
      for (const { requestId, operation } of message.body.requests) {
        seen.push(operation);
        const verdict = judge(operation);
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
  return { clock, client: new ClusterClient({ transport, clock }), seen };
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
  const session = new Session('s');
  const [first, second, third] = [session.next(), session.next(), session.next()];
  session.answered(second);
  t.equal(session.fields(third).answeredThrough, 0);
  session.answered(first);
  t.equal(session.fields(third).answeredThrough, 2);
  session.answered(third);
  t.equal(session.fields(third).answeredThrough, 2, 'a copy of the last one does not forget itself');
  for (let count = 0; count < 1_000; count += 1) session.next();
  t.equal(session.isOpen, false, 'further commands wait');
  session.answered(4);
  t.equal(session.isOpen, true);
});
