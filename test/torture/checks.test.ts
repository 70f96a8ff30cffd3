import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Network } from '../../client/Network.ts';
import type { RelayClient } from '../../client/RelayClient.ts';
import type { ClusterView } from '../../shared/http/ClusterView.ts';
import { seededRandom } from '../../shared/random.ts';
import type { Call } from '../../sim/History.ts';
import { damageStore } from '../../torture/damage.ts';
import { judge } from '../../torture/judge.ts';
import { compareReplicas } from '../../torture/replicas.ts';

const call = (input: Call['input'], output: unknown, calledAtMs: number): Call => ({
  ...{ client: 'c1', input, calledAtMs, output, isVoid: false },
  returnedAtMs: output === undefined ? undefined : calledAtMs + 1,
});
const put = (value: string, revision: number | undefined, atMs: number): Call =>
  call({ type: 'put', key: 'k', value }, revision === undefined ? undefined : { changed: true, revision }, atMs);
const read = (value: string, keyRevision: number, revision: number, atMs: number): Call =>
  call(
    { type: 'get', key: 'k' },
    { type: 'get', item: { key: 'k', value, revision: keyRevision, createdRevision: 1 }, revision },
    atMs,
  );

t.test('a history is judged: a stale read, a lost write, and a store that went back between rounds', async (t) => {
  t.doesNotThrow(() => judge([put('a', 1, 0), put('b', 2, 5), read('b', 2, 2, 10)], 1));
  t.doesNotThrow(
    () => judge([put('a', 1, 0), put('b', undefined, 5), read('b', 2, 2, 10)], 1),
    'open, and it happened',
  );
  t.doesNotThrow(() => judge([put('a', 1, 0), put('b', undefined, 5), read('a', 1, 1, 10)], 1), 'open, and it did not');
  t.throws(() => judge([put('a', 1, 0), put('b', 2, 5), read('a', 1, 2, 10)], 1), /round 1: .*not linearizable/s);
  const newest = call(
    { type: 'list', prefix: 'none', limit: 1 },
    { type: 'list', items: [], more: false, revision: 9 },
    0,
  );
  t.throws(() => judge([newest, put('a', 5, 10)], 2), /The store went back/);
});

t.test('a store is damaged in one place: a bit, or the end of a file', async (t) => {
  const kinds = new Set<string>();
  for (let seed = 1; seed <= 20; seed += 1) {
    const directory = t.testdir({
      witness: 'w'.repeat(40),
      database: { '000003.log': 'l'.repeat(900), LOG: 'x', LOCK: '' },
    });
    const before = new Map(
      ['witness', 'database/000003.log', 'database/LOG'].map((name) => [name, readFileSync(join(directory, name))]),
    );
    const what = damageStore(directory, seededRandom(seed, 'damage')) ?? '';
    const changed = [...before].filter(([name, bytes]) => !readFileSync(join(directory, name)).equals(bytes));
    t.equal(changed.length, 1, what);
    t.notOk(
      changed.some(([name]) => name.endsWith('LOG')),
      'not in what nobody reads',
    );
    kinds.add(/flipped|torn/.exec(what)?.[0] ?? what);
  }
  t.same([...kinds].sort(), ['flipped', 'torn']);
  const empty = t.testdir({ LOCK: '' });
  writeFileSync(join(empty, 'LOG'), 'x');
  t.equal(
    damageStore(empty, () => 0),
    undefined,
  );
});

interface Told {
  readonly commitIndex: number;
  readonly durableIndex?: number;
  readonly value: string;
}

/** Peers that tell these indexes and hold these values. */
function replicas(told: Readonly<Record<string, Told>>) {
  const peers = Object.entries(told).map(([id, { commitIndex, durableIndex = commitIndex }]) => ({
    ...{ id, status: { commitIndex, durableIndex, lastApplied: commitIndex, lastLogIndex: commitIndex } },
  }));
  const view = { peers } as unknown as ClusterView;
  let reason: boolean | string = false;
  const network = {
    view: async () => view,
    until: async (condition: (view: ClusterView) => Promise<boolean | string>) => {
      reason = await condition(view);
      if (reason !== true) throw new Error(String(reason));
      return view;
    },
  } as unknown as Network;
  const client = {
    list: async (_cluster: string, _prefix: string, { at }: { at: string }) => {
      const value = told[at]?.value ?? '';
      return { items: [{ key: 'k', value, revision: 1, createdRevision: 1 }], more: false, revision: 1 };
    },
  } as unknown as RelayClient;
  return compareReplicas({ client, network, cluster: 'c', peers: Object.keys(told), withinMs: 1 });
}

t.test('replicas are compared at one index, and in all that they hold', async (t) => {
  t.equal(await replicas({ p1: { commitIndex: 7, value: 'a' }, p2: { commitIndex: 7, value: 'a' } }), 1);
  await t.rejects(
    replicas({ p1: { commitIndex: 7, value: 'a' }, p2: { commitIndex: 7, value: 'b' } }),
    /p2 holds something else than p1 at index 7: .*"b"/,
  );
  await t.rejects(
    replicas({ p1: { commitIndex: 7, value: 'a' }, p2: { commitIndex: 6, value: 'a' } }),
    /p2 6\/6\/6\/6/,
    'not yet',
  );
  await t.rejects(
    replicas({ p1: { commitIndex: 7, value: 'a' }, p2: { commitIndex: 7, durableIndex: 6, value: 'a' } }),
    /p2 7\/7\/6\/7/,
    'nor on disk',
  );
});
