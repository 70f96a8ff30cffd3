import { EventEmitter } from 'node:events';
import { mock } from 'node:test';
import t from 'tap';
import { IpcProcessOwner } from '../../cli/relay/IpcProcessOwner.ts';
import { electionWith, settingsInForce } from '../../cli/up/electionWith.ts';
import { serveOwner } from '../../cli/up/serveOwner.ts';
import type { OwnerCall, OwnerNews } from '../../cli/process/supervised.ts';
import { ELECTION_DEFAULTS } from '../../peer/raft/options.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import { NOT_OWNED } from '../../shared/http/Processes.ts';
import { peerId } from '../../shared/ids.ts';
import { FakeOwner, SETTINGS } from '../support/FakeOwner.ts';
import { until } from '../support/until.ts';

const P1 = peerId('p1');
const WITHIN = { withinMs: 30_000 };

/** Both ends of a channel, with an owner at the one and a relay's view of it at the other. */
function joined(owner = new FakeOwner()) {
  const channel = new EventEmitter();
  const served = serveOwner(owner, async (news) => void channel.emit('message', structuredClone(news)));
  const known = new IpcProcessOwner(channel, async (call) => {
    void served.answer(structuredClone(call));
    return true;
  });
  return { owner, channel, served, known };
}

/** A relay's view of an owner that does nothing, and what it was asked. */
function mute(isThere = true) {
  const channel = new EventEmitter();
  const calls: OwnerCall[] = [];
  const known = new IpcProcessOwner(channel, async (call) => {
    calls.push(call);
    return isThere;
  });
  const answer = (call: number, owner: FakeOwner): void => {
    const news: OwnerNews = { type: 'answer', call, view: owner.view };
    channel.emit('message', news);
  };
  return { channel, known, calls, answer };
}

t.test('the relay knows what it was told, and an answer brings what is so now', async (t) => {
  const { owner, served, known } = joined();
  t.same(known.view, NOT_OWNED);
  served.tell();
  await until(() => known.view.owned, { ...WITHIN, what: 'the first view' });
  t.same(known.view, owner.view);
  await known.act(P1, 'pause');
  t.match(known.view.processes, [{ id: 'p1', state: 'paused' }]);
  await known.restartWith({ preVote: false });
  t.same(known.view.settings, { ...SETTINGS, preVote: false });
  owner.failure = new WhitewaterError('PROCESS_NOT_RUNNING', 'p1 is down');
  await t.rejects(known.act(P1, 'resume'), { code: 'PROCESS_NOT_RUNNING', message: 'p1 is down' });
  owner.failure = new Error('boom') as WhitewaterError;
  await t.rejects(known.act(P1, 'resume'), { code: 'INTERNAL', message: /boom/ });
});

t.test('answers find the call that they belong to', async (t) => {
  const { known, calls, answer } = mute();
  const owner = new FakeOwner();
  const done: string[] = [];
  const both = [
    known.act(P1, 'stop').then(() => done.push('stop')),
    known.act(peerId('p2'), 'start').then(() => done.push('start')),
  ];
  t.match(calls, [
    { type: 'act', peer: 'p1', action: 'stop' },
    { type: 'act', peer: 'p2', action: 'start' },
  ]);
  answer(99, owner);
  answer(calls[1]?.call ?? 0, owner);
  await both[1];
  t.same(done, ['start']);
  answer(calls[0]?.call ?? 0, owner);
  await Promise.all(both);
  t.same(done, ['start', 'stop']);
});

t.test('sixteen calls wait, the next is refused, and there is room again when one is done', async (t) => {
  const { known, calls, answer } = mute();
  const waiting = Array.from({ length: 16 }, () => known.act(P1, 'stop'));
  await t.rejects(known.act(P1, 'stop'), { code: 'OVERLOADED', message: /16 requests wait/ });
  t.equal(calls.length, 16, 'and the owner does not hear of it');
  answer(calls[0]?.call ?? 0, new FakeOwner());
  await waiting[0];
  waiting.push(known.act(P1, 'stop'));
  for (const { call } of calls) answer(call, new FakeOwner());
  await Promise.all(waiting);
});

t.test('an owner that says nothing: whether it was done cannot be told', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  const { known, calls, answer } = mute();
  const acted = t.rejects(known.act(P1, 'stop'), { code: 'OUTCOME_UNKNOWN', message: /within 10 s/ });
  const settled = t.rejects(known.restartWith({}), { code: 'OUTCOME_UNKNOWN', message: /within 115 s/ });
  mock.timers.tick(10_000);
  await acted;
  mock.timers.tick(105_000);
  await settled;
  answer(calls[0]?.call ?? 0, new FakeOwner());
  t.ok(known.view.owned, 'an answer that comes late still tells how all are');
});

t.test('an owner that has ended owns nothing any more, and what it had paused is woken', async (t) => {
  const owner = new FakeOwner();
  const { known, channel } = mute();
  const woken: unknown[] = [];
  const kill = t.capture(process, 'kill', (...args: unknown[]) => {
    woken.push(args);
    throw new Error('it has ended');
  });
  owner.become('p2', { state: 'paused', pid: 4711 });
  channel.emit('message', { type: 'processes', view: owner.view } satisfies OwnerNews);
  const acted = known.act(P1, 'stop');
  channel.emit('disconnect');
  await t.rejects(acted, { code: 'OUTCOME_UNKNOWN', message: /ended before it said/ });
  t.same(known.view, NOT_OWNED);
  t.same(woken, [[4711, 'SIGCONT']], 'nobody else, and that it has ended is no error');
  kill.restore();
  const gone = mute(false);
  await t.rejects(gone.known.act(P1, 'stop'), { code: 'PROCESS_NOT_OWNED', message: /has ended/ });
});

t.test('a relay that reads slowly is told the newest, and not each in turn', async (t) => {
  const owner = new FakeOwner();
  const sent: OwnerNews[] = [];
  let letGo: () => void = () => undefined;
  const served = serveOwner(owner, (news) => {
    sent.push(news);
    return new Promise((resolve) => (letGo = resolve));
  });
  served.tell();
  for (const state of ['paused', 'running', 'down'] as const) {
    owner.become('p1', { state });
    served.tell();
  }
  t.equal(sent.length, 1);
  letGo();
  await until(() => sent.length === 2, { ...WITHIN, what: 'the newest' });
  t.match(sent[1], { type: 'processes', view: { processes: [{ id: 'p1', state: 'down' }] } });
  letGo();
  await Promise.resolve();
  t.equal(sent.length, 2, 'and that is all');
});

t.test('settings that make no sense together are refused whole, with what would', async (t) => {
  const now = ELECTION_DEFAULTS;
  t.same(electionWith(now, {}, false), now);
  const slow = { heartbeatMs: 500, electionTimeoutMsMin: 3000, electionTimeoutMsMax: 6000, checkQuorum: false };
  t.same(electionWith(now, slow, false), { ...now, ...slow });
  t.same(settingsInForce(now), SETTINGS);
  const refused = (asked: Parameters<typeof electionWith>[1], leaseReads: boolean, message: RegExp): void => {
    t.throws(() => electionWith(now, asked, leaseReads), { code: 'REQUEST_INVALID', message });
  };
  refused({ heartbeatMs: 250 }, false, /250 to 400 ms is not longer than the heartbeat of 250 ms.*nothing was changed/);
  refused({ preVote: false, electionTimeoutMsMin: 400 }, false, /400 to 400 ms leaves nothing to draw from/);
  refused({ electionTimeoutMsMax: 249 }, false, /250 to 249 ms leaves nothing/);
  refused({ checkQuorum: false }, true, /lease, which rests on CheckQuorum/);
  refused({ electionTimeoutMsMin: 300 }, true, /same shortest election timeout, 250 ms/);
  t.same(electionWith(now, { electionTimeoutMsMax: 500 }, true), { ...now, electionTimeoutMsMax: 500 });
});
