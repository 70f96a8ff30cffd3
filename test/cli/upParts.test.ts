import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Backoff } from '../../cli/up/Backoff.ts';
import { isFinal } from '../../cli/up/finalErrors.ts';
import { removeStaleDirectories, temporaryPrefix } from '../../cli/up/staleDirectories.ts';
import { suggestions } from '../../cli/up/suggestions.ts';
import { childEnvironment, peerWords, relayWords, type UpPlan } from '../../cli/up/UpPlan.ts';
import { ELECTION_PRESETS } from '../../peer/raft/options.ts';
import { clusterId, peerId } from '../../shared/ids.ts';

const IS_LINUX = process.platform === 'linux';

t.test('waits double up to a bound, and begin anew after a good run', async (t) => {
  const backoff = new Backoff();
  const waits = Array.from({ length: 7 }, () => backoff.next(50));
  t.strictSame(waits, [200, 400, 800, 1600, 3200, 5000, 5000]);
  t.equal(backoff.next(9_999), 5000);
  t.equal(backoff.next(10_000), 200);
});

t.test('which ends are final', async (t) => {
  for (const code of ['IDENTITY_REPLACED', 'PROTOCOL_VERSION_UNSUPPORTED', 'STORE_DAMAGED', 'USAGE'] as const) {
    t.ok(isFinal(code, true), code);
  }
  t.notOk(isFinal('INTERNAL', false));
  t.ok(isFinal('PORT_IN_USE', false), 'a relay that never listened');
  t.notOk(isFinal('PORT_IN_USE', true), 'a relay that comes back to its port');
});

t.test('temporary directories of dead processes are removed, and no others', { skip: !IS_LINUX }, async (t) => {
  const folder = t.testdir();
  // A process that has ended: its number is not given out again so soon.
  const { pid: dead } = spawnSync('true');
  const hourAgo = new Date(Date.now() - 3_600_000);
  const make = (name: string, time: Date): string => {
    mkdirSync(join(folder, name, 'demo/p1'), { recursive: true });
    utimesSync(join(folder, name), time, time);
    return name;
  };
  const stale = make(`${temporaryPrefix(dead)}abCD12`, hourAgo);
  const kept = [
    make(`${temporaryPrefix(process.pid)}abCD12`, hourAgo),
    make(`${temporaryPrefix(dead)}young1`, new Date()),
    make(`whitewater-1-${dead}-abCD12`, hourAgo),
    make('whitewater-abCD12', hourAgo),
    make(`${temporaryPrefix(dead)}notes`, hourAgo),
  ];
  removeStaleDirectories(folder, Date.now());
  const left = readdirSync(folder);
  t.notOk(left.includes(stale));
  t.strictSame(left.sort(), kept.sort());
});

const PLAN: UpPlan = {
  ...{ host: '127.0.0.1', port: 0, cluster: clusterId('demo'), peers: ['p1', 'p2'].map(peerId) },
  ...{ dataDirectory: undefined, election: ELECTION_PRESETS.labRelaxed, token: 'hush', seed: '7' },
  ...{ allowHosts: ['a.example', 'b.example'], frameBytesMax: 2048, tls: undefined, secretFile: undefined },
  ...{ peerToken: 'hush-peer', locks: { token: 'hush', tokensFile: undefined } },
  replication: { snapshotEntries: 1000, snapshotBytes: 65_536, trailingEntries: 0, leaseReads: false },
  trace: { directory: '/traces', topics: 'election,vote' },
};

t.test('everything is passed on, and the token not in the words', async (t) => {
  t.equal(
    relayWords(PLAN, 7171).join(' '),
    'relay --host 127.0.0.1 --port 7171 --frame-bytes-max 2048 --allow-host a.example --allow-host b.example --seed 7 ' +
      '--trace election,vote --trace-file /traces/relay.ndjson',
  );
  t.equal(
    peerWords(PLAN, peerId('p2'), 'http://127.0.0.1:7171', '/data').join(' '),
    'peer --cluster demo --id p2 --peers p1,p2 --relay http://127.0.0.1:7171 --data /data/demo/p2 --heartbeat 100 ' +
      '--election-timeout 400..800 --no-pre-vote --no-check-quorum --snapshot-entries 1000 --snapshot-bytes 65536 ' +
      '--trailing-entries 0 --no-lease-reads --seed 7 --trace election,vote ' +
      '--trace-file /traces/demo-p2.ndjson',
  );
  t.notOk(
    peerWords(PLAN, peerId('p2'), undefined, '/data').includes('--relay'),
    'before anybody knows where the relay is',
  );
  process.env['WHITEWATER_HEARTBEAT'] = '7s';
  t.teardown(() => {
    delete process.env['WHITEWATER_HEARTBEAT'];
  });
  const environment = childEnvironment(PLAN.peerToken, { isTemporary: true, caFile: undefined });
  const ours = Object.entries(environment).filter(([name]) => name.startsWith('WHITEWATER_'));
  t.strictSame(Object.fromEntries(ours), {
    ...{ WHITEWATER_CONFIG: 'none', WHITEWATER_TOKEN: 'hush-peer', WHITEWATER_TEMPORARY_DATA: '1' },
  });
  t.equal(environment['PATH'], process.env['PATH']);
  const locked = { ...PLAN, locks: { token: 'hush', tokensFile: '/tokens.json' } };
  const tls = { certFile: '/cert.pem', keyFile: '/key.pem', ca: undefined };
  t.match(
    relayWords({ ...locked, tls }, 1).join(' '),
    '--tokens-file /tokens.json --tls-cert /cert.pem --tls-key /key.pem',
  );
  const trusting = childEnvironment(undefined, { isTemporary: false, caFile: '/cert.pem' });
  t.equal(trusting['NODE_EXTRA_CA_CERTS'], '/cert.pem');
  t.notOk('WHITEWATER_TOKEN' in trusting);
});

t.test('what to try next fits the cluster', async (t) => {
  const commandsFor = (count: number, url = 'http://127.0.0.1:7070'): string[] => {
    const peers = Array.from({ length: count }, (_, at) => `p${at + 1}`);
    return suggestions({ url, peers, isLocked: false })
      .split('\n')
      .filter((line) => line.startsWith('  npx whitewater '))
      .map((line) => line.slice('  npx whitewater '.length));
  };
  t.strictSame(commandsFor(5), [
    ...['put colour blue', 'get colour', 'partition "p1,p2|p3,p4,p5"', 'status --watch', 'heal'],
  ]);
  t.equal(commandsFor(3)[2], 'partition "p1|p2,p3"');
  t.equal(commandsFor(4)[2], 'partition "p1|p2,p3,p4"');
  t.equal(commandsFor(2)[2], 'partition "p1|p2"');
  t.equal(commandsFor(9)[2], 'partition "p1,p2,p3,p4|p5,p6,p7,p8,p9"');
  t.equal(commandsFor(1)[2], 'disconnect p1 --for 5s');
  t.equal(commandsFor(3, 'http://127.0.0.1:7171')[4], 'heal --url http://127.0.0.1:7171');
  t.match(suggestions({ url: 'x', peers: ['p1'], isLocked: true }), /with the token in WHITEWATER_TOKEN/);
});
