import { rmSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { KeyValueMachine } from '../../peer/machine/keyValue/KeyValueMachine.ts';
import { Peer } from '../../peer/Peer.ts';
import type { PeerOptions } from '../../peer/PeerOptions.ts';
import { openMemoryStorage } from '../../peer/storage/openMemoryStorage.ts';
import { listenRelay, type ListeningRelay } from '../../server/listen.ts';
import { clusterId, peerId } from '../../shared/ids.ts';
import { lineTrace, type TraceRecord } from '../../shared/trace.ts';
import { FaultyStorage } from '../support/FaultyStorage.ts';
import { RecordingLogger } from '../support/RecordingLogger.ts';
import { until } from '../support/until.ts';

const WITHIN_MS = 30_000;
const IDS = ['p1', 'p2', 'p3'];

async function startRelay(t: Test): Promise<ListeningRelay> {
  const relay = await listenRelay({ port: 0 });
  t.teardown(() => relay.close());
  return relay;
}

async function startPeer(
  t: Test,
  id: string,
  relay: ListeningRelay,
  options: Partial<PeerOptions> = {},
): Promise<Peer> {
  // Times for a machine that does other things beside.
  const election = { electionTimeoutMsMin: 400, electionTimeoutMsMax: 800 };
  const peer = await Peer.start({ cluster: 'demo', id, relay: relay.url, voters: IDS, election, ...options });
  t.teardown(() => peer.stop());
  return peer;
}

function leaderOf(peers: readonly Peer[]): Peer | undefined {
  const leaders = peers.filter((peer) => peer.status().role === 'leader');
  const [leader] = leaders;
  if (leader === undefined || leaders.length > 1) return undefined;
  return peers.every((peer) => peer.status().leader === leader.id) ? leader : undefined;
}

t.test('three peers elect one leader over a real relay; when it stops, the others elect another', async (t) => {
  const relay = await startRelay(t);
  const peers = await Promise.all(IDS.map((id) => startPeer(t, id, relay, { seed: 7 })));
  const leader = await until(() => leaderOf(peers), { withinMs: WITHIN_MS, what: 'a leader that all know' });
  const { term } = leader.status();
  await leader.stop();
  const others = peers.filter((peer) => peer !== leader);
  const next = await until(() => leaderOf(others), { withinMs: WITHIN_MS, what: 'another leader' });
  t.ok(next.status().term > term);
});

t.test('the relay knows what the peers know', async (t) => {
  const relay = await startRelay(t);
  const peers = await Promise.all(IDS.map((id) => startPeer(t, id, relay)));
  await until(() => leaderOf(peers), { withinMs: WITHIN_MS, what: 'a leader' });
  await until(
    async () => {
      const leader = leaderOf(peers);
      const answer = await fetch(`${relay.url}/api/clusters/demo`);
      const view = (await answer.json()) as {
        leader: string | null;
        term: number;
        peers: { role: string; term: number }[];
      };
      return (
        view.leader === leader?.id &&
        view.term === leader?.status().term &&
        view.peers.every(({ role, term }) => term === view.term && (role === 'leader' || role === 'follower'))
      );
    },
    { withinMs: WITHIN_MS, what: 'the route tells leader, term and roles' },
  );
});

t.test('events tell roles, terms, leaders and connections', async (t) => {
  const relay = await startRelay(t);
  const seen: string[] = [];
  const first = await startPeer(t, 'p1', relay);
  // Before the first turn of the event loop after the start, so nothing was missed.
  first.events.on('connected', ({ relay: url }) => seen.push(`connected ${url}`));
  first.events.on('disconnected', () => seen.push('disconnected'));
  first.events.on('roleChanged', ({ from, to, term }) => seen.push(`${from} to ${to} in ${term}`));
  first.events.on('termChanged', ({ from, to }) => seen.push(`term ${from} to ${to}`));
  const off = first.events.on('leaderChanged', ({ leader, term }) => seen.push(`following ${leader} in ${term}`));
  const others = await Promise.all(['p2', 'p3'].map((id) => startPeer(t, id, relay)));
  await until(() => seen.some((line) => /^following p\d in/.test(line)), { withinMs: WITHIN_MS, what: 'a leader' });
  t.ok(seen.some((line) => /^connected ws:\/\/127\.0\.0\.1:\d+\/$/.test(line)));
  t.ok(seen.some((line) => /^term 0 to \d/.test(line)));
  off();
  const before = seen.filter((line) => line.startsWith('following')).length;
  await Promise.all(others.map((peer) => peer.stop()));
  await until(() => first.status().leader === null, { withinMs: WITHIN_MS, what: 'no leader any more' });
  const after = seen.filter((line) => line.startsWith('following')).length;
  t.equal(after, before, 'a listener that was taken away hears nothing');
});

t.test('a listener that throws is logged and harms nobody', async (t) => {
  const relay = await startRelay(t);
  const logger = new RecordingLogger();
  const peer = await startPeer(t, 'p1', relay, { voters: ['p1'], logger });
  let heard = 0;
  peer.events.on('roleChanged', () => {
    throw new Error('mine');
  });
  peer.events.on('roleChanged', () => {
    heard += 1;
  });
  await until(() => peer.status().role === 'leader', { withinMs: WITHIN_MS, what: 'leads alone' });
  t.ok(heard > 0);
  t.match(logger.at('error')[0], 'a listener of "roleChanged" threw');
});

t.test('memory is said in the log with what it means, and so is the seed', async (t) => {
  const relay = await startRelay(t);
  const logger = new RecordingLogger();
  const peer = await startPeer(t, 'p1', relay, { logger, seed: 'abc' });
  t.match(logger.at('warn')[0], /in memory: .*vote twice in one term.*name a data directory/);
  t.match(logger.at('info')[0], /begins at term 0 with 0 log entries; seed abc/);
  t.equal(peer.status().storage, 'memory');
  t.equal(peer.status().pid, process.pid);
});

t.test('E43: on disk, term and vote survive a restart', async (t) => {
  const relay = await startRelay(t);
  const root = t.testdir();
  const start = (): Promise<Peer[]> =>
    Promise.all(IDS.map((id) => startPeer(t, id, relay, { storage: { directory: `${root}/${id}` } })));
  const peers = await start();
  await until(() => leaderOf(peers), { withinMs: WITHIN_MS, what: 'a leader' });
  const before = peers.map((peer) => peer.status());
  await Promise.all(peers.map((peer) => peer.stop()));
  const again = await start();
  for (const [at, peer] of again.entries()) {
    const { term, votedFor, storage } = peer.status();
    t.ok(term >= (before[at]?.term ?? 0));
    if (term === before[at]?.term) t.equal(votedFor, before[at]?.votedFor);
    t.equal(storage, 'disk');
  }
  await until(() => leaderOf(again), { withinMs: WITHIN_MS, what: 'a leader again' });
});

t.test('two peers with one id: the older one stops with the reason', async (t) => {
  const relay = await startRelay(t);
  const older = await startPeer(t, 'p1', relay);
  await until(() => older.status().connected, { withinMs: WITHIN_MS, what: 'connected' });
  const failures: string[] = [];
  older.events.on('failed', ({ error }) => failures.push(error.code));
  const newer = await startPeer(t, 'p1', relay);
  await t.rejects(older.stopped, { code: 'IDENTITY_REPLACED' });
  t.same(failures, ['IDENTITY_REPLACED']);
  await older.stop();
  t.ok(newer.status().connected);
});

t.test('a store that fails ends the peer with the reason, and the connection with it', async (t) => {
  const relay = await startRelay(t);
  const owner = { cluster: clusterId('demo'), id: peerId('p1'), voters: [peerId('p1')] };
  const opened = await openMemoryStorage(owner);
  const storage = new FaultyStorage(opened.storage);
  storage.holding = true;
  const peer = await startPeer(t, 'p1', relay, { voters: ['p1'], storage: { ...opened, storage } });
  await until(() => storage.held.length > 0, { withinMs: WITHIN_MS, what: 'the vote for itself is being written' });
  t.equal(peer.status().term, 0, 'and not told before it is');
  storage.held[0]?.fail(new Error('EIO: i/o error'));
  await t.rejects(peer.stopped, { code: 'STORE_WRITE_FAILED', message: /i\/o error.*start it again on the same/ });
  t.notOk(peer.status().connected);
  t.ok(storage.closed);
});

t.test('a given store of other voters is refused', async (t) => {
  const relay = await startRelay(t);
  const opened = await openMemoryStorage({ cluster: clusterId('demo'), id: peerId('p1'), voters: [peerId('p1')] });
  await t.rejects(startPeer(t, 'p1', relay, { storage: opened }), { code: 'MEMBERSHIP_DIFFERS' });
});

t.test('stop: once, again, by signal, and before the start', async (t) => {
  const relay = await startRelay(t);
  const controller = new AbortController();
  const byHand = await startPeer(t, 'p1', relay);
  const bySignal = await startPeer(t, 'p2', relay, { signal: controller.signal });
  await Promise.all([byHand.stop(), byHand.stop(), byHand.stopped]);
  await byHand.stop();
  controller.abort(new Error('enough'));
  await bySignal.stopped;
  t.notOk(bySignal.status().connected);
  await t.rejects(startPeer(t, 'p3', relay, { signal: controller.signal }), /enough/);
});

t.test('wrong options are refused before anything is made', async (t) => {
  const root = t.testdir();
  const good: PeerOptions = {
    cluster: 'demo',
    id: 'p1',
    relay: '127.0.0.1:1',
    voters: IDS,
    storage: { directory: `${root}/data` },
  };
  const wrong: [Partial<PeerOptions>, RegExp][] = [
    [{ id: 'no spaces' }, /not a legal peer id/],
    [{ cluster: '' }, /not a legal cluster id/],
    [{ id: 'p9' }, /voters does not name this peer, p9/],
    [{ voters: [] }, /voters is empty/],
    [{ voters: ['p1', 'p1'] }, /names a peer twice/],
    [{ relay: [] }, /relay is an empty list: give/],
    [{ relay: 'ftp://x' }, /its protocol is ftp/],
    [{ election: { heartbeatMs: 300 } }, /must be above heartbeatMs/],
    [{ election: 'swift' as never }, /use one of default, relaxed, paper, fast, lab, labRelaxed/],
  ];
  for (const [change, message] of wrong) {
    await t.rejects(Peer.start({ ...good, ...change }), { code: 'USAGE', message });
  }
  const { existsSync } = await import('node:fs');
  t.notOk(existsSync(`${root}/data`));
});

t.test('H59: the trace tells elections, votes, timers, writes, connections and frames in one format', async (t) => {
  const relay = await startRelay(t);
  const records: TraceRecord[] = [];
  const trace = lineTrace(['election', 'vote', 'timer', 'storage', 'transport', 'frame'], (line) => {
    records.push(JSON.parse(line) as TraceRecord);
  });
  const peers = await Promise.all(IDS.map((id) => startPeer(t, id, relay, { trace })));
  await until(() => leaderOf(peers), { withinMs: WITHIN_MS, what: 'a leader' });
  for (const topic of ['election', 'vote', 'timer', 'storage', 'transport', 'frame'] as const) {
    t.ok(
      records.some((record) => record.topic === topic),
      topic,
    );
  }
  const incomplete = records.filter(({ role, term, leader }) => [role, term, leader].includes(undefined));
  t.same(incomplete.slice(0, 3), [], 'each says role, term and leader');
  const elected = records.find(({ event, details }) => event === 'roleChanged' && details?.['to'] === 'leader');
  t.match(elected, { cluster: 'demo', node: /^p\d$/, topic: 'election', role: 'leader', term: Number, timeMs: Number });
  t.match(elected?.messageId, /^p\d\/\d+$/, 'caused by the vote that made the majority');
  t.ok(records.some(({ event, messageId }) => event === 'received' && messageId === elected?.messageId));
});

t.test('a place for snapshots that is none: STORE_UNREADABLE, and the store is closed again', async (t) => {
  const directory = t.testdir({ snapshots: 'a file' });
  const start = () =>
    Peer.start({
      ...{ cluster: 'demo', id: 'p1', relay: '127.0.0.1:1', voters: ['p1'] },
      ...{ storage: { directory }, machine: new KeyValueMachine() },
    });
  await t.rejects(start(), { code: 'STORE_UNREADABLE' });
  rmSync(join(directory, 'snapshots'));
  const peer = await start();
  await peer.stop();
});
