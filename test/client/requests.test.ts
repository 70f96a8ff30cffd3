import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import type { ErrorCode, WhitewaterError } from '../../shared/errors.ts';
import type { Operation } from '../../shared/messages/ClientRequest.ts';
import type { VirtualClock } from '../../sim/VirtualClock.ts';
import { until } from '../support/until.ts';
import { CHANGE, COMMAND, one, P1, P2, P3, QUERY, RequestsStage, STALE, type Sent } from './RequestsStage.ts';

t.test('requests wait for a connection and a leader, and those of one turn leave together', async (t) => {
  const stage = new RequestsStage();
  const answers = [stage.ask(), stage.ask()];
  t.same(await stage.takeSent(), []);
  stage.connect(P2);
  const sent = await stage.takeSent();
  t.same(
    sent.map(({ to }) => to),
    [P2, P2],
  );
  for (const each of sent) stage.answer(each, each.requestId);
  t.same(
    await Promise.all(answers),
    sent.map(({ requestId }) => requestId),
  );
});

t.test('a client that comes back under its old id takes no answer that was meant for its predecessor', async (t) => {
  const [before, after] = [new RequestsStage(), new RequestsStage()];
  for (const stage of [before, after]) stage.connect(P1);
  void before.ask();
  const late = one(await before.takeSent());
  const answer = after.ask();
  const own = one(await after.takeSent());
  after.answer(late, 'of the predecessor');
  after.answer(own, 'its own');
  t.equal(await answer, 'its own');
});

t.test('who does not lead says who does; without a hint the next peer is asked, after a wait', async (t) => {
  const stage = new RequestsStage();
  stage.connect(null);
  const answer = stage.ask();
  const first = one(await stage.takeSent());
  stage.refuse(first, 'NOT_LEADER', P3);
  const second = one(await stage.takeSent());
  t.equal(second.to, P3);
  stage.refuse(second, 'NOT_LEADER');
  t.same(await stage.takeSent(), [], 'not at once');
  stage.clock.advance(50);
  const third = one(await stage.takeSent());
  t.not(third.to, P3);
  t.not(third.requestId, second.requestId, 'each copy has a number of its own');
  stage.answer(third, 'x');
  t.equal(await answer, 'x');
  void stage.ask();
  t.equal(one(await stage.takeSent()).to, third.to, 'who answered leads');
});

t.test('G56: while nobody knows who leads, one peer after the other is asked', async (t) => {
  const stage = new RequestsStage();
  stage.connect(null);
  void stage.ask();
  const asked: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    const sent = one(await stage.takeSent());
    asked.push(sent.to);
    stage.refuse(sent, 'NOT_LEADER');
    stage.clock.advance(1000);
  }
  t.same(asked.sort(), [P1, P2, P3].sort());
});

t.test('a peer that left the relay is not waited for, nor one that is silent while another leads', async (t) => {
  for (const [what, peers, leader] of [
    ['it left', [P2, P3], null],
    ['another leads', [P1, P2, P3], P2],
  ] as const) {
    const stage = new RequestsStage();
    stage.connect(P1);
    void stage.ask();
    t.equal(one(await stage.takeSent()).to, P1);
    const before = stage.lookUps;
    stage.clock.advance(200);
    t.ok(stage.lookUps > before, 'the relay is asked');
    stage.directory(peers, leader);
    const again = one(await stage.takeSent());
    t.not(again.to, P1, what);
  }
});

t.test(
  'a leader that is slow, and still leads as far as the relay knows, is asked again only when it is silent',
  async (t) => {
    const stage = new RequestsStage();
    stage.connect(P1);
    void stage.ask();
    await stage.takeSent();
    stage.clock.advance(500);
    stage.directory([P1, P2, P3], P1);
    t.same(await stage.takeSent(), []);
    stage.clock.advance(600);
    t.equal((await stage.takeSent()).length, 1);
  },
);

t.test('a lost connection: everything unanswered is asked again over the next one', async (t) => {
  const stage = new RequestsStage();
  stage.connect(P1);
  const answer = stage.ask();
  const first = one(await stage.takeSent());
  stage.handlers.onConnected(false);
  t.same(await stage.takeSent(), []);
  stage.connect(P1);
  const second = one(await stage.takeSent());
  stage.answer(first, 'late, but an answer');
  t.equal(await answer, 'late, but an answer');
  stage.answer(second, 'too late');
});

t.test('G52: what every peer refused is a definite failure; a copy without an answer leaves it open', async (t) => {
  const late = async (refused: boolean, hasEffect: boolean): Promise<WhitewaterError> => {
    const stage = new RequestsStage();
    stage.connect(P1);
    const answer = stage.ask({ hasEffect, timeoutMs: 400 });
    const copy = one(await stage.takeSent());
    if (refused) stage.refuse(copy, 'PROPOSAL_LOST');
    // What is sent again is refused again.
    for (let turn = 0; turn < 20; turn += 1) {
      stage.clock.advance(25);
      for (const sent of await stage.takeSent()) stage.refuse(sent, 'NOT_LEADER');
    }
    return answer.then(
      () => Promise.reject(new Error('answered')),
      (error: unknown) => error as WhitewaterError,
    );
  };
  t.match(await late(true, true), { code: 'TIMED_OUT', definite: true });
  t.match(await late(false, true), { code: 'OUTCOME_UNKNOWN', definite: false });
  t.match(await late(false, false), { code: 'TIMED_OUT', definite: true }, 'what only reads did nothing');
});

t.test('an answer to an older copy neither hastens nor hides a newer one', async (t) => {
  const stage = new RequestsStage();
  stage.connect(P1);
  const answer = stage.ask({ timeoutMs: 5_000 });
  const older = one(await stage.takeSent());
  stage.clock.advance(200);
  stage.directory([P2, P3], P2);
  const newer = one(await stage.takeSent());
  stage.refuse(older, 'NOT_LEADER', P3);
  t.same(await stage.takeSent(), []);
  stage.answer(newer, 'x');
  t.equal(await answer, 'x');
});

t.test('a refusal that will not pass is told at once', async (t) => {
  for (const code of ['COMMAND_REFUSED', 'COMMAND_TOO_LARGE', 'SESSION_EXPIRED', 'INTERNAL'] as const) {
    const stage = new RequestsStage();
    stage.connect(P1);
    const answer = stage.ask();
    stage.refuse(one(await stage.takeSent()), code);
    await t.rejects(answer, { code, details: { otherCopies: 0 } });
  }
});

t.test('nobody to ask is an error of its own; the end of the client ends what waits', async (t) => {
  const stage = new RequestsStage();
  const nobody = stage.ask({ timeoutMs: 100 });
  stage.clock.advance(200);
  await t.rejects(nobody, { code: 'NO_PEER', definite: true });
  stage.connect(P1);
  const [sent, reading] = [stage.ask(), stage.ask({ hasEffect: false })];
  await stage.takeSent();
  stage.handlers.onFailed(new Error('another process took the name'));
  await t.rejects(sent, { code: 'OUTCOME_UNKNOWN' });
  await t.rejects(reading, { code: 'INTERNAL' });
  await t.rejects(stage.ask(), { code: 'INTERNAL' });
});

t.test('there is a bound of what may wait', async (t) => {
  const stage = new RequestsStage();
  const answers = Array.from({ length: 20_001 }, () => stage.ask());
  await t.rejects(answers.at(-1) ?? Promise.resolve(), { code: 'OVERLOADED' });
});

t.test('what waits elsewhere to become a request counts in the bound, until it gives its place back', async (t) => {
  const stage = new RequestsStage();
  const leave = Array.from({ length: 20_000 }, () => stage.requests.takePlace());
  t.throws(() => stage.requests.takePlace(), { code: 'OVERLOADED' });
  await t.rejects(stage.ask(), { code: 'OVERLOADED', definite: true });
  leave[0]?.();
  void stage.ask();
  t.throws(() => stage.requests.takePlace(), { code: 'OVERLOADED' });
});

t.test('a lost answer is asked for again soon, once later ones came; the wait grows with each time', async (t) => {
  const stage = new RequestsStage();
  stage.connect(P1);
  const answer = stage.ask();
  const later = stage.ask();
  const [lost, answered] = (await stage.takeSent()) as [Sent, Sent];
  stage.clock.advance(20);
  stage.answer(answered);
  await later;
  stage.clock.advance(200);
  t.same(await stage.takeSent(), [], 'it may come yet');
  stage.clock.advance(125);
  const again = one(await stage.takeSent());
  t.equal(again.to, P1);
  void stage.ask();
  stage.answer(one(await stage.takeSent()));
  stage.clock.advance(450);
  t.same(await stage.takeSent(), [], 'twice as long');
  stage.clock.advance(125);
  t.equal((await stage.takeSent()).length, 1);
  stage.answer(lost, 'x');
  t.equal(await answer, 'x');
});

t.test(
  'a slow leader is not asked again for what it answers in its order, nor for what is of another order',
  async (t) => {
    const stage = new RequestsStage();
    stage.connect(P1);
    // Answers come 700 ms after their questions, one each 50 ms; reads come at once, and a change of members takes its time.
    void stage.ask({}, CHANGE);
    const queue: Sent[] = [...(await stage.takeSent())].slice(1);
    let sentCount = 0;
    for (let turn = 0; turn < 60; turn += 1) {
      void stage.ask();
      void stage.ask({}, STALE);
      void stage.ask({ hasEffect: false }, QUERY);
      const [command, ...reads] = await stage.takeSent();
      if (command !== undefined) queue.push(command);
      for (const read of reads) stage.answer(read);
      sentCount += 1 + reads.length;
      if (turn < 14) stage.clock.advance(50);
      else {
        const due = queue.shift();
        if (due !== undefined) stage.answer(due);
        stage.clock.advance(50);
      }
    }
    t.equal(sentCount, 180, 'each was sent once');
  },
);

t.test('a follower that answers a query is not taken for the leader', async (t) => {
  const stage = new RequestsStage();
  stage.connect(null);
  const query = stage.ask({ hasEffect: false }, QUERY);
  const asked = one(await stage.takeSent());
  stage.answer(asked);
  await query;
  // The relay has heard by now who leads: what it says counts, for nobody else said so.
  stage.directory([P1, P2, P3], P3);
  void stage.ask();
  const command = one(await stage.takeSent());
  t.equal(command.to, P3);
  stage.answer(command);
  stage.directory([P1, P2, P3], P2);
  void stage.ask();
  t.equal(one(await stage.takeSent()).to, P3, 'who answered a command leads');
});

t.test(
  'a refusal of one copy is not definite while another may take effect, unless it is the answer of the log',
  async (t) => {
    const refused = async (code: ErrorCode, operation: Operation, hasEffect = true): Promise<unknown> => {
      const stage = new RequestsStage();
      stage.connect(P1);
      const answer = stage.ask({ hasEffect }, operation);
      await stage.takeSent();
      stage.directory([P2, P3], P2);
      stage.refuse(one(await stage.takeSent()), code);
      return answer.catch((error: unknown) => error);
    };
    const unknown = { code: 'OUTCOME_UNKNOWN', definite: false };
    t.match(await refused('MEMBERSHIP_REFUSED', CHANGE), unknown);
    t.match(await refused('COMMAND_TOO_LARGE', COMMAND), unknown);
    t.match(await refused('COMMAND_REFUSED', COMMAND), { code: 'COMMAND_REFUSED', definite: true });
    t.match(await refused('COMMAND_REFUSED', QUERY, false), { code: 'COMMAND_REFUSED' });
    t.match(await refused('SESSION_EXPIRED', COMMAND), { code: 'SESSION_EXPIRED', definite: false });
  },
);

t.test('what ended while there was no connection is not kept until there is one', async (t) => {
  const refs: WeakRef<object>[] = [];
  const stage = new RequestsStage();
  const askAndWait = async (): Promise<void> => {
    for (let count = 0; count < 500; count += 1) {
      const command = { type: 'command', command: { text: 'x'.repeat(100) } } as const;
      refs.push(new WeakRef(command));
      await t.rejects(Promise.race([stage.ask({ timeoutMs: 30 }, command), passes(stage.clock, 100)]), {
        code: 'NO_PEER',
      });
    }
  };
  await askAndWait();
  await until(
    () => {
      collectGarbage();
      return refs.filter((ref) => ref.deref() !== undefined).length < 200;
    },
    { withinMs: 30_000, what: 'most of them collected' },
  );
});

async function passes(clock: VirtualClock, ms: number): Promise<void> {
  await Promise.resolve();
  clock.advance(ms);
  await Promise.resolve();
  return new Promise(() => undefined);
}

/** Node's own, without a flag for the whole process. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
