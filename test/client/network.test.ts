import t, { type Test } from 'tap';
import { linkName } from '../../client/Network.ts';
import { isRuleName } from '../../shared/http/Rule.ts';
import { WebSocket } from 'ws';
import { Relay } from '../../server/client/Relay.ts';
import { PROTOCOL_VERSION } from '../../shared/protocol.ts';
import type { JournalLine } from '../../shared/http/Journal.ts';

/*
 * As somebody would write it whose software is none of ours: an endpoint of plain `ws` that speaks the envelope, and a protocol of
 * its own, in which a call is answered with an echo.
 */

interface Frame {
  readonly type: string;
  readonly from: string;
  readonly to: string;
  readonly id: number;
  readonly body: unknown;
}

class Node {
  readonly echoes: number[] = [];
  readonly #socket: WebSocket;
  readonly #id: string;
  #next = 1;

  static async join(t: Test, relay: Relay, id: string): Promise<Node> {
    const socket = new WebSocket(relay.endpointUrl('ours', id));
    t.teardown(() => socket.terminate());
    const node = new Node(socket, id);
    const welcomed = new Promise<void>((resolve, reject) => {
      socket.on('close', (code: number) => reject(new Error(`closed with ${code}`)));
      socket.on('message', (data) => {
        if (node.#take(JSON.parse((data as Buffer).toString()) as Frame)) resolve();
      });
    });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    node.#send('Hello', '@relay', {
      protocolVersion: PROTOCOL_VERSION,
      software: 'ours/1',
      instance: `${id}-1`,
      application: 'echo',
    });
    await welcomed;
    return node;
  }

  constructor(socket: WebSocket, id: string) {
    this.#socket = socket;
    this.#id = id;
  }

  call(to: string, number: number): void {
    this.#send('Call', to, { number });
  }

  /** @returns whether it is the relay's welcome */
  #take({ type, from, body }: Frame): boolean {
    const { number = 0 } = (body ?? {}) as { number?: number };
    if (type === 'Call') this.#send('Echo', from, { number });
    if (type === 'Echo') this.echoes.push(number);
    return type === 'Welcome';
  }

  #send(type: string, to: string, body: unknown): void {
    this.#socket.send(JSON.stringify({ type, from: this.#id, to, id: this.#next++, body }));
  }
}

async function start(t: Test) {
  const relay = await Relay.start();
  t.teardown(() => relay.close());
  const [a, b, c] = [await Node.join(t, relay, 'a'), await Node.join(t, relay, 'b'), await Node.join(t, relay, 'c')];
  return { relay, network: relay.network('ours'), a, b, c };
}

/** Waits for a condition that no view tells of. */
const FOR = { withinMs: 20_000 };

t.test('a partition, and what is heard across it', async (t) => {
  const { network, a } = await start(t);
  await network.until(({ peers }) => peers.every(({ connected }) => connected), { ...FOR, what: 'all three' });
  await network.partition([['a'], ['b', 'c']]);
  a.call('b', 1);
  await network.until(({ traffic }) => traffic.framesDropped.partition === 1, { ...FOR, what: 'the call is lost' });
  t.same(a.echoes, []);
  await network.heal();
  a.call('b', 2);
  await network.until(() => a.echoes.length === 1, { ...FOR, what: 'an echo' });
  t.same(a.echoes, [2]);
  t.equal(await network.leader(), null, 'nobody said that it leads');
});

t.test('rules, and how often they struck; what is held goes when it is released', async (t) => {
  const { network, a } = await start(t);
  const rule = await network.link('a', 'b', { drop: 1, first: 2 });
  t.equal(rule.name, 'a-b');
  for (const number of [1, 2, 3]) a.call('b', number);
  await network.until(() => a.echoes.length === 1, { ...FOR, what: 'the third' });
  t.same(a.echoes, [3]);
  t.match(await network.rules(), [{ name: 'a-b', matched: 3, hits: { drop: 2 } }]);
  await network.removeRule('a-b');
  await t.rejects(network.removeRule('a-b'), { code: 'RULE_UNKNOWN' });

  const { name } = await network.hold('a', ['b', 'c']);
  for (const number of [4, 5]) a.call('b', number);
  await network.until(async () => (await network.faults()).held === 2, { ...FOR, what: 'two are held' });
  t.equal(await network.release(name, { first: 1 }), 1);
  await network.until(() => a.echoes.length === 2, { ...FOR, what: 'the oldest' });
  t.equal(await network.release(name, { order: 'shuffled' }), 1);
  await network.until(() => a.echoes.length === 3, { ...FOR, what: 'the other' });
  t.same(a.echoes, [3, 4, 5]);
});

t.test("a link's rule has a name that the relay takes, and that no other link has", async (t) => {
  t.equal(linkName('p1', 'p2'), 'p1-p2');
  t.equal(linkName('*', ['p1', 'p2']), 'all-p1.p2');
  const uuids = ['0197b2c4-7d3e-7a41-8c11-5a2f4e9d0001', '0197b2c4-7d3e-7a41-8c11-5a2f4e9d0002'];
  const ids = ['1', '_a', 'a', 'a-b', 'b', 'b-c', 'c', '1-2', '2', ...uuids];
  const names = ids.flatMap((from) => ids.filter((to) => to !== from).map((to) => linkName(from, to)));
  t.equal(new Set(names).size, ids.length * (ids.length - 1));
  t.same(
    names.filter((name) => !isRuleName(name)),
    [],
  );
});

t.test('everything at once, profiles, seeds and shapes', async (t) => {
  const { network } = await start(t);
  const view = await network.apply({
    rules: { slow: { from: '*', to: ['b'], delay: '5..20ms' } },
    partition: { groups: [['a'], ['b', 'c']] },
    profile: { name: 'flaky' },
    seed: 'monday',
  });
  t.match(view, { seed: 'monday', profile: { name: 'flaky' }, partition: { groups: [['a'], ['b', 'c']] } });
  t.ok(view.rules.some(({ name, ofProfile }) => name === 'slow' && !ofProfile));
  const wan = await network.profile('wan', { regions: { eu: ['a'], us: ['b', 'c'] } });
  t.match(wan, { profile: { name: 'wan' }, epoch: view.epoch + 1 });
  t.match(await network.partition('ring'), { partition: { shape: 'ring' } });
  t.match(await network.isolate('c'), { partition: { groups: [['c']] } });
  t.match(await network.reconnect(), { partition: null });
  t.equal((await network.seed(7)).seed, '7');
  await t.rejects(network.partition('star' as 'ring'), {
    code: 'PARTITION_SHAPE_UNKNOWN',
    message: /majority-minority/,
  });
  await t.rejects(network.partition([['a'], ['nobody']]), { code: 'PEER_UNKNOWN' });
  await t.rejects(network.rule('bad', { from: 'a', to: 'b', delay: '50..200' }), { message: /unit/ });
  const after = await network.faults();
  t.match(after, { partition: null, seed: '7', profile: { name: 'wan' } }, 'what was refused changed nothing');
  t.notOk(after.rules.some(({ name }) => name === 'bad'));
  await network.heal();
  t.match(await network.faults(), { rules: [], profile: { name: 'reliable' } });
});

t.test('a wait in vain says what was seen last', async (t) => {
  const { network, relay } = await start(t);
  const late = network.until((view) => (view.leader === null ? 'nobody leads' : true), {
    withinMs: 100,
    what: 'a leader',
  });
  await t.rejects(late, {
    code: 'TIMED_OUT',
    message: /100 ms in vain for a leader; last seen: nobody leads; .*a connected/,
  });
  const nobody = relay.network('empty').until(() => true, { withinMs: 100 });
  await t.rejects(nobody, { code: 'TIMED_OUT', message: /no endpoint of the cluster has connected yet/ });
  const broken = network.until(() => {
    throw new TypeError('mine');
  }, FOR);
  await t.rejects(broken, { message: 'mine' });
});

t.test('the journal tells every fate with its cause, and goes on when it is followed', async (t) => {
  const { network, a } = await start(t);
  await network.seed('x');
  await network.link('a', 'b', { drop: 1 }, { name: 'cut' });
  const abort = new AbortController();
  const lines: JournalLine[] = [];
  const following = (async () => {
    for await (const line of network.journal({
      follow: true,
      kinds: ['faults', 'frame', 'connection'],
      signal: abort.signal,
    })) {
      lines.push(line);
      if (line.kind === 'frame' && line.fate === 'dropped') abort.abort();
    }
  })();
  a.call('b', 1);
  await following;
  t.match(lines[0], { kind: 'journal', cluster: 'ours', forgotten: 0 });
  t.match(
    lines.filter(({ kind }) => kind === 'connection'),
    ['a', 'b', 'c'].map((id) => ({ event: 'connected', id })),
  );
  t.match(lines.filter(({ kind }) => kind === 'faults').at(-1), { seed: 'x', rules: { cut: { drop: 1 } } });
  t.match(lines.at(-1), { type: 'Call', from: 'a', to: 'b', fate: 'dropped', cause: 'loss', strikes: ['cut:drop'] });
  const some = [];
  for await (const line of network.journal({ after: 1, limit: 1, kinds: ['connection'] })) some.push(line);
  t.match(some, [{ kind: 'journal' }, { kind: 'connection' }]);
  t.match(await network.disconnect('c', { forMs: 60_000 }), { peers: [{}, {}, { connected: false }] });
  await t.rejects(Relay.connect('http://127.0.0.1:1').network('ours').journal().next(), { code: 'RELAY_UNREACHABLE' });
});

t.test('a relay elsewhere, behind a token', async (t) => {
  const relay = await Relay.start({ token: 'secret' });
  t.teardown(() => relay.close());
  t.same(await Relay.connect(relay.url, { token: 'secret' }).client.clusters(), []);
  await t.rejects(Relay.connect(relay.url).network('ours').view(), { code: 'TOKEN_WRONG' });
  t.throws(() => Relay.connect('nowhere'), { code: 'USAGE' });
});

t.test('every change takes the epoch that must still be in force, also when it would change nothing', async (t) => {
  const { network } = await start(t);
  const changes: readonly [what: string, change: (epoch: number) => Promise<unknown>][] = [
    ['reconnect while nothing is cut', (epoch) => network.reconnect({ epoch })],
    ['partition', (epoch) => network.partition([['a'], ['b', 'c']], { epoch, inFlight: 'delivered' })],
    ['reconnect', (epoch) => network.reconnect({ epoch })],
    ['rule', (epoch) => network.rule('slow', { from: 'a', to: 'b', delay: '1ms' }, { epoch, frames: 'drop' })],
    ['link', (epoch) => network.link('b', 'c', { drop: 1 }, { epoch })],
    ['hold', (epoch) => network.hold('a', 'c', { epoch, both: true })],
    ['removeRule', (epoch) => network.removeRule('slow', { epoch })],
    ['apply', (epoch) => network.apply({}, { epoch })],
    ['profile', (epoch) => network.profile('lan', { epoch })],
    ['seed', (epoch) => network.seed(7, { epoch })],
    ['heal', (epoch) => network.heal({ epoch })],
  ];
  for (const [what, change] of changes) {
    const { epoch } = await network.faults();
    await t.rejects(change(epoch + 77), { code: 'EPOCH_DIFFERS', details: { epoch } }, what);
    t.same((await network.faults()).epoch, epoch);
    await change(epoch);
    t.ok((await network.faults()).epoch <= epoch + 1, what);
  }
});
