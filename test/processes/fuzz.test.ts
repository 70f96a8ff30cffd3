import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { WebSocket } from 'ws';
import { RelayClient } from '../../client/RelayClient.ts';
import { RunningProcess } from '../support/processes.ts';
import { sendRaw } from '../support/fuzz/sendRaw.ts';
import { until } from '../support/until.ts';
import { RelayFuzzer } from '../server/support/RelayFuzzer.ts';
import { TestPeer, UpgradeRefused } from '../server/support/TestPeer.ts';

/** "npm run fuzz" sends 100,000; WHITEWATER_FUZZ_SEED chooses others. */
const INPUTS = Number(process.env['WHITEWATER_FUZZ_INPUTS'] ?? 3000);
const SEED = Number(process.env['WHITEWATER_FUZZ_SEED'] ?? 1);
const ATTACKERS = 8;
const WITHIN_MS = 60_000;
const FRAME_BYTES_MAX = 65_536;
/** What a relay takes of the machine goes up and down with its garbage; what it holds shows in the least of its heap. */
const MORE_HEAP_BYTES_MAX = 24 * 1_048_576;
const MORE_FILES_MAX = 5;

const TOKENS = {
  admin: ['fuzz-admin'],
  clusters: { demo: { peer: ['demo-peer'], client: ['demo-client'] }, attack: { peer: ['attack-peer'] } },
};

t.test(`${INPUTS} inputs of seed ${SEED} that no correct endpoint sends do nothing to a running cluster`, async (t) => {
  t.setTimeout(120_000 + 30 * INPUTS);
  const file = join(t.testdir(), 'tokens.json');
  writeFileSync(file, JSON.stringify(TOKENS), { mode: 0o600 });
  const up = RunningProcess.start(t, {
    name: 'up',
    // So that garbage does not pile up, and what is kept ends the process, which is told below.
    prefix: ['env', 'NODE_OPTIONS=--max-old-space-size=64'],
    args: [
      ...['up', '--port', '0', '--peers', '3', '--tokens-file', file, '--frame-bytes-max', '64KiB'],
      ...['--heartbeat', '300ms', '--election-timeout', '4s..8s'],
    ],
  });
  const [, url = ''] = await up.line(/the relay listens at (http:\S+)/, WITHIN_MS);
  const admin = new RelayClient({ url, token: 'fuzz-admin' });
  const client = new RelayClient({ url, token: 'demo-client' });
  await until(async () => (await admin.cluster('demo')).leader !== null, { withinMs: WITHIN_MS, what: 'a leader' });
  await client.put('demo', 'writes', '0');
  const before = await admin.cluster('demo');
  const filesBefore = await metric(url, 'process_open_fds');
  const heaps: number[] = [];

  let done = 0;
  const attack = async (attacker: Attacker, inputs: number): Promise<void> => {
    for (let input = 0; input < inputs; input += 1) {
      await attacker.attack();
      done += 1;
      if (done % 500 === 0) await client.put('demo', 'writes', String(done));
      if (done % 100 === 0) heaps.push(await metric(url, 'nodejs_heap_size_used_bytes'));
    }
    attacker.end();
  };
  const attackers = Array.from({ length: ATTACKERS }, (_, at) => new Attacker(url, SEED * 1000 + at));
  const startMs = performance.now();
  await Promise.all(attackers.map((attacker) => attack(attacker, Math.ceil(INPUTS / ATTACKERS))));
  t.comment(`${done} inputs in ${Math.round((performance.now() - startMs) / 1000)} s`);

  const after = await admin.cluster('demo');
  t.equal(after.leader, before.leader, 'the same leader');
  t.equal(after.term, before.term, 'in the same term');
  for (const id of ['p1', 'p2', 'p3']) {
    const peer = after.peers.find((candidate) => candidate.id === id);
    t.match(peer, { connected: true, connections: 1 }, `${id} kept its connection`);
  }
  t.equal((await client.get('demo', 'writes'))?.value, String(done - (done % 500)), 'writes went on');
  await client.put('demo', 'writes', 'after');
  t.notMatch(
    [up.text('stdout'), up.text('stderr')].join(''),
    /ended \(|INTERNAL/,
    'no process ended, and no defect was met',
  );
  await until(async () => (await metric(url, 'whitewater_connections')) === 3, {
    ...{ withinMs: WITHIN_MS, what: 'all attackers are gone' },
  });
  await until(async () => (await metric(url, 'process_open_fds')) <= filesBefore + MORE_FILES_MAX, {
    ...{ withinMs: WITHIN_MS, what: 'no socket leaks' },
  });
  const third = Math.floor(heaps.length / 3);
  const more = Math.min(...heaps.slice(-third)) - Math.min(...heaps.slice(0, third));
  t.comment(`the relay's heap: ${mebibytes(more)} MiB more in the last third than in the first`);
  t.ok(more < MORE_HEAP_BYTES_MAX, 'it keeps nothing');
  for (const code of ['FRAME_NOT_JSON', 'FRAME_MALFORMED', 'FRAME_FORGED', 'FRAME_TOO_LARGE', 'HELLO_EXPECTED']) {
    t.ok((await metric(url, `whitewater_refusals_total{code="${code}"}`)) > 0, `${code} was among them`);
  }
  for (const code of ['TOKEN_WRONG', 'ACCESS_DENIED', 'REQUEST_INVALID']) {
    t.ok((await metric(url, `whitewater_refusals_total{code="${code}"}`)) > 0, `${code} was among them`);
  }
  t.equal(await metric(url, 'whitewater_refusals_total{code="INTERNAL"}'), 0);
});

/** Whoever has a client's token of the cluster, and a peer's token of another. */
class Attacker {
  readonly #url: string;
  readonly #fuzz: RelayFuzzer;
  #peer: TestPeer | undefined;

  constructor(url: string, seed: number) {
    this.#url = url;
    this.#fuzz = new RelayFuzzer(seed);
  }

  async attack(): Promise<void> {
    const kind = this.#fuzz.random();
    const { port } = new URL(this.#url);
    if (kind < 0.05) await sendRaw(Number(port), this.#fuzz.request());
    else if (kind < 0.08) await this.#upgradeWithout();
    else if (kind < 0.1) await this.#request();
    else await this.#send(kind < 0.11);
  }

  end(): void {
    this.#peer?.end();
  }

  async #send(isTooLarge: boolean): Promise<void> {
    const peer = await this.#connected();
    if (isTooLarge) {
      peer.sendText(`"${'x'.repeat(FRAME_BYTES_MAX - 1 + this.#fuzz.below(100_000))}"`);
      if (peer.webSocket.readyState !== WebSocket.CLOSED) await once(peer.webSocket, 'close');
      return;
    }
    peer.webSocket.send(this.#fuzz.mutate(this.#fuzz.frame(peer.id)), { binary: this.#fuzz.random() < 0.02 });
    if (this.#fuzz.random() < 0.3) await new Promise((resolve) => setImmediate(resolve));
  }

  async #connected(): Promise<TestPeer> {
    if (this.#peer?.webSocket.readyState === WebSocket.OPEN) return this.#peer;
    this.#peer?.end();
    const isClient = this.#fuzz.random() < 0.5;
    const [path, cluster, token] = isClient
      ? (['client', 'demo', 'demo-client'] as const)
      : (['peer', 'attack', 'attack-peer'] as const);
    const id = this.#fuzz.pick(isClient ? ['c1', 'c2', 'toString', '__proto', 'http'] : ['p1', 'p2', 'constructor']);
    const socket = { headers: { authorization: `Bearer ${token}` } };
    this.#peer = await TestPeer.open(this.#url, { id, path, cluster, socket });
    if (this.#fuzz.random() < 0.9) this.#peer.hello();
    return this.#peer;
  }

  /** As a peer of the cluster, with what is no token for it. */
  async #upgradeWithout(): Promise<void> {
    const token = this.#fuzz.pick(['', 'demo-pee', 'attack-peer', 'demo-client', 'x'.repeat(this.#fuzz.below(4000))]);
    const id = this.#fuzz.pick(['p1', 'p2', 'p3', '__proto__']);
    const socket = token === '' ? {} : { headers: { authorization: `Bearer ${token}` } };
    const query = this.#fuzz.pick([
      `cluster=demo&id=${id}`,
      `cluster=attack&cluster=demo&id=${id}`,
      `cluster=demo&id=${id}&token=demo-peer`,
    ]);
    try {
      const peer = await TestPeer.open(this.#url, { id, query, socket });
      peer.end();
    } catch (error) {
      if (error instanceof UpgradeRefused) return;
      throw error;
    }
    throw new Error(`a socket of ${query} was opened with the token ${token.slice(0, 20)}`);
  }

  async #request(): Promise<void> {
    const method = this.#fuzz.pick(['GET', 'PUT', 'POST', 'DELETE', 'PATCH']);
    const tail = this.#fuzz.pick([
      'partition',
      'heal',
      'members/p1',
      'transfer',
      'peers/p1/disconnect',
      'live',
      '%2e%2e',
      '',
    ]);
    const token = this.#fuzz.pick(['demo-client', 'attack-peer', 'nobody']);
    const body =
      method === 'GET' ? undefined : this.#fuzz.mutate('{"groups":[["p1"],["p2","p3"]],"to":"p2","role":"learner"}');
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(`${this.#url}/api/clusters/demo/${tail}`, { method, headers, ...(body && { body }) });
    if (answer.ok) throw new Error(`${method} ${tail} was done with the token ${token}`);
    await answer.text();
  }
}

async function metric(url: string, name: string): Promise<number> {
  const headers = { authorization: 'Bearer fuzz-admin' };
  const text = await (await fetch(`${url}/metrics`, { headers })).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
  return line === undefined ? 0 : Number(line.slice(name.length + 1));
}

function mebibytes(bytes: number): string {
  return (bytes / 1_048_576).toFixed(1);
}
