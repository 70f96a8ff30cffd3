import t, { type Test } from 'tap';
import { connectCluster, type ConnectOptions } from '../../client/connectCluster.ts';
import { KeyValueMachine } from '../../peer/machine/keyValue/KeyValueMachine.ts';
import { Peer } from '../../peer/Peer.ts';
import type { PeerOptions } from '../../peer/PeerOptions.ts';
import { WhitewaterError } from '../../shared/errors.ts';

/** As a program in JavaScript gives them, which no compiler has seen. */
type Wrong = readonly [what: string, change: unknown, message: RegExp];

const NOT_OBJECTS: readonly Wrong[] = [undefined, null, 'demo', 7, []].map((value) => [
  `options are ${JSON.stringify(value)}`,
  value,
  /takes an object of options with cluster, .*relay, and got /,
]);

const SHARED: readonly Wrong[] = [
  ['no cluster', { cluster: undefined }, /: cluster is missing: give a name of 1 to 64/],
  ['a number as a name', { cluster: 7 }, /: cluster is 7: give a name/],
  ['an illegal name', { cluster: 'a b' }, /"a b" is not a legal cluster id|a b/],
  ['an illegal id', { id: '@relay' }, /@relay/],
  ['an id that is null', { id: null }, /: id is null: give a name/],
  ['no relay', { relay: undefined }, /: relay is missing: give the address of a relay/],
  ['an empty list of relays', { relay: [] }, /: relay is an empty list: give/],
  ['a list of other things', { relay: [7070] }, /: relay is a list: give/],
  ['a relay that is a port', { relay: 7070 }, /: relay is 7070: give/],
  ['a wrong address', { relay: 'ftp://x' }, /ftp:/],
  ['a token that is no text', { token: 5 }, /: token is 5: give a string/],
  [
    'a logger without warn',
    { logger: { info: () => 0, error: () => 0 } },
    /: logger is an object: .* info, warn, error/,
  ],
  ['no function', { openSocket: 'ws' }, /: openSocket is "ws": give a function/],
  ['a typing error', { tokn: 'x' }, /has no option "tokn"; did you mean token\?/],
  ['something else', { frobnicationLevel: 1 }, /has no option "frobnicationLevel"; there are cluster, /],
];

const OF_PEERS: readonly Wrong[] = [
  ['no id', { id: undefined }, /: id is missing/],
  ['one voter, not a list', { voters: 'p1' }, /: voters is "p1": give a list/],
  ['a number of voters', { voters: 3 }, /: voters is 3: give a list/],
  ['voters without it', { voters: ['p2'] }, /does not name this peer, p1/],
  ['another store', { storage: 'disk' }, /: storage is "disk": give "memory", \{ directory/],
  ['a store without a directory', { storage: { dir: 'x' } }, /: storage is an object: give/],
  ['an empty directory', { storage: { directory: '' } }, /: storage is an object: give/],
  [
    'a class, not a machine',
    { machine: KeyValueMachine },
    /: machine is a function: .*apply, query, snapshot, restore/,
  ],
  ['half a machine', { machine: { apply: () => null } }, /: machine is an object: give an object with the functions/],
  ['an unknown preset', { election: 'quick' }, /"quick" is not a set of election times/],
  ['a number for times', { election: 100 }, /: election is 100: give the name of a preset/],
  [
    'a time as text',
    { election: { heartbeatMs: '100' } },
    /election: heartbeatMs is "100": give a number, such as 100/,
  ],
  ['a time that is none', { election: { heartbeatMs: Number.NaN } }, /heartbeatMs is NaN/],
  ['an unknown time', { election: { heartbeat: 100 } }, /election has no option "heartbeat"; did you mean heartbeatMs/],
  ['a switch as text', { election: { preVote: 'no' } }, /election: preVote is "no": give true or false/],
  ['no bounds', { replication: 5 }, /: replication is 5: give an object/],
  ['an unknown bound', { replication: { snapshotEntry: 5 } }, /did you mean snapshotEntries\?/],
  ['a bound as text', { replication: { snapshotEntries: '5' } }, /replication: snapshotEntries is "5"/],
  ['a bound below one', { replication: { snapshotEntries: 0 } }, /snapshotEntries is 0/],
  ['a priority as text', { priority: '1' }, /: priority is "1": give a whole number/],
  ['a priority beyond the limit', { priority: 101 }, /priority is 101/],
  ['a trace that cannot be asked', { trace: () => 0 }, /: trace is a function: give an object with/],
  ['a controller, not its signal', { signal: new AbortController() }, /: signal is an object: give the signal of/],
  ['a seed that is none', { seed: {} }, /: seed is an object: give a string or a number/],
  ['half a clock', { clock: { nowMs: () => 0 } }, /: clock is an object: give/],
  ['an option of a client', { sessionTimeToLiveMs: 5 }, /has no option "sessionTimeToLiveMs"/],
];

const OF_CLIENTS: readonly Wrong[] = [
  ['a time as text', { sessionTimeToLiveMs: '5' }, /: sessionTimeToLiveMs is "5": give a whole number/],
  ['no time at all', { sessionTimeToLiveMs: 0 }, /: sessionTimeToLiveMs is 0/],
  ['an option of a peer', { voters: ['p1'] }, /has no option "voters"/],
];

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function usage(t: Test, error: unknown, message: RegExp, what: string): void {
  if (!(error instanceof WhitewaterError)) return void t.fail(`${what}: ${String(error)}`);
  t.equal(error.code, 'USAGE', what);
  t.match(error.message, message, what);
}

t.test('Peer.start says of every wrong option which it is, and starts nothing', async (t) => {
  const good = { cluster: 'demo', id: 'p1', relay: '127.0.0.1:1', machine: new KeyValueMachine() };
  for (const [what, change, message] of [...NOT_OBJECTS, ...SHARED, ...OF_PEERS]) {
    const options = isObject(change) ? { ...good, ...change } : change;
    const error = await Peer.start(options as PeerOptions).then(
      async (peer) => {
        await peer.stop();
        return `a peer runs`;
      },
      (reason: unknown) => reason,
    );
    usage(t, error, message, what);
  }
  const peer = await Peer.start({ ...good, token: undefined, voters: ['p1'] } as unknown as PeerOptions);
  t.equal(peer.id, 'p1', 'what is undefined counts as not given');
  await peer.stop();
});

t.test('so does connectCluster', async (t) => {
  const good = { cluster: 'demo', id: 'c1', relay: '127.0.0.1:1' };
  for (const [what, change, message] of [...NOT_OBJECTS, ...SHARED, ...OF_CLIENTS]) {
    const options = isObject(change) ? { ...good, ...change } : change;
    try {
      await connectCluster(options as ConnectOptions).close();
      t.fail(`${what}: a client runs`);
    } catch (error) {
      usage(t, error, message, what);
    }
  }
});
