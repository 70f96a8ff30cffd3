import t from 'tap';
import { one, P1, P2, RequestsStage } from './RequestsStage.ts';

t.test('a request names the process of the peer that the relay knows', async (t) => {
  const stage = new RequestsStage();
  stage.instances.set(P2, 'p2, third');
  stage.connect(P1);
  void stage.ask();
  void stage.ask({ to: P2 });
  t.match(await stage.takeSent(), [
    { to: P1, instance: 'p1, first' },
    { to: P2, instance: 'p2, third' },
  ]);
});

t.test('G52: what an earlier process of a peer may have done is not told as certainly not done', async (t) => {
  const late = async (hasEffect: boolean): Promise<unknown> => {
    const stage = new RequestsStage();
    stage.connect(P1, [P1]);
    const answer = stage.ask({ hasEffect, timeoutMs: 400 });
    // It takes effect; the process ends before it answers, and the next one gets a late double of the frame.
    stage.refuse(one(await stage.takeSent()), 'PEER_RESTARTED');
    stage.instances.set(P1, 'p1, second');
    const asked = new Set<string>();
    for (let turn = 0; turn < 20; turn += 1) {
      stage.clock.advance(25);
      stage.directory([P1], null);
      for (const sent of await stage.takeSent()) {
        asked.add(sent.instance);
        stage.refuse(sent, 'NOT_LEADER');
      }
    }
    t.same([...asked], ['p1, second']);
    return answer.catch((error: unknown) => error);
  };
  t.match(await late(true), { code: 'OUTCOME_UNKNOWN', definite: false });
  t.match(await late(false), { code: 'TIMED_OUT', definite: true }, 'what only reads did nothing');
});

t.test('a peer that was started again is looked up, and asked again by its new name only', async (t) => {
  const stage = new RequestsStage();
  stage.connect(P1, [P1]);
  const answer = stage.ask();
  const first = one(await stage.takeSent());
  stage.clock.advance(50);
  const before = stage.lookUps;
  stage.refuse(first, 'PEER_RESTARTED');
  t.equal(stage.lookUps, before + 1);
  // The answer to a question from before: it tells of the process that is over.
  stage.directory([P1], P1);
  stage.clock.advance(400);
  t.same(await stage.takeSent(), [], 'nobody is asked whose process is not known');
  t.ok(stage.lookUps > before + 2, 'the relay is asked until it tells another');
  stage.instances.set(P1, 'p1, second');
  stage.directory([P1], P1);
  const second = one(await stage.takeSent());
  t.match(second, { to: P1, instance: 'p1, second' });
  stage.refuse(first, 'PEER_RESTARTED');
  stage.clock.advance(100);
  t.same(await stage.takeSent(), [], 'a double of that answer says nothing of the new process');
  void stage.ask();
  t.match(await stage.takeSent(), [{ to: P1, instance: 'p1, second' }]);
  stage.answer(second, 'x');
  t.equal(await answer, 'x');
});

t.test('a relay that goes on naming a process that was said to be over is believed at last', async (t) => {
  const stage = new RequestsStage();
  stage.connect(P1, [P1]);
  void stage.ask();
  stage.refuse(one(await stage.takeSent()), 'PEER_RESTARTED');
  stage.clock.advance(100);
  stage.directory([P1], P1);
  t.same(await stage.takeSent(), []);
  stage.directory([P1], P1);
  t.match(await stage.takeSent(), [{ to: P1, instance: 'p1, first' }]);
});

t.test('a peer that another one names is looked up first when the relay has not named it', async (t) => {
  const stage = new RequestsStage();
  stage.connect(P1, [P1]);
  void stage.ask();
  const first = one(await stage.takeSent());
  stage.clock.advance(50);
  const before = stage.lookUps;
  stage.refuse(first, 'NOT_LEADER', P2);
  t.same(await stage.takeSent(), []);
  t.equal(stage.lookUps, before + 1);
  stage.directory([P1, P2], null);
  t.match(await stage.takeSent(), [{ to: P2, instance: 'p2, first' }]);
});

t.test('who asked an earlier process asks the new one as soon as the relay tells of it', async (t) => {
  const stage = new RequestsStage();
  stage.connect(P1, [P1]);
  const answer = stage.ask({ timeoutMs: 300 });
  t.equal((await stage.takeSent()).length, 1);
  stage.instances.set(P1, 'p1, second');
  stage.directory([P1], P1);
  const second = one(await stage.takeSent());
  t.equal(second.instance, 'p1, second');
  stage.refuse(second, 'OVERLOADED');
  stage.directory([], null);
  stage.clock.advance(400);
  await t.rejects(answer, { code: 'OUTCOME_UNKNOWN' }, 'the first copy may have taken effect');
});

t.test('a peer by its name that the relay does not know is waited for, and told by its name', async (t) => {
  const stage = new RequestsStage();
  stage.connect(P1, [P1]);
  const answer = stage.ask({ to: P2, timeoutMs: 300 });
  stage.clock.advance(400);
  t.same(stage.sent, []);
  await t.rejects(answer, { code: 'NO_PEER', definite: true, message: /p2/ });
});
