import t from 'tap';
import { KEY_VALUE_TESTS, type KeyValueTest } from '../lab/keyValue/keyValueTests.ts';
import type { Clerk } from '../lab/keyValue/KeyValueLabCluster.ts';
import { playKeyValueTest } from './playKeyValueTest.ts';
import { runVirtualTest } from './runVirtualTest.ts';
import { SimulatedKeyValueCluster } from './SimulatedKeyValueCluster.ts';
import { VIRTUAL_KEY_VALUE_TESTS } from './virtualTests.ts';

for (const test of VIRTUAL_KEY_VALUE_TESTS) {
  t.test(`lab-${test.lab} ${test.name} in virtual time: ${test.title}`, async (t) => runVirtualTest(t, test));
}

t.test('two runs of a seed of lab 3 are the same, to every message', async (t) => {
  const record = async (test: KeyValueTest, seed: string): Promise<string> => {
    const lines: string[] = [];
    const rows = await playKeyValueTest(test, seed, { record: (line) => lines.push(line) });
    t.ok(lines.length > 1000, 'there is a record');
    return [...lines, JSON.stringify(rows)].join('\n');
  };
  for (const test of Object.values(KEY_VALUE_TESTS).flat()) {
    // Losses, crashes, partitions; snapshots too.
    if (!['K13', 'K22'].includes(test.number)) continue;
    const first = await record(test, 'lab/twice');
    t.ok(first === (await record(test, 'lab/twice')), test.title);
    t.not(first, await record(test, 'lab/another'), test.title);
  }
});

const options = { size: 3, network: 'reliable', stateBytes: undefined, seed: 'lab/adapter' } as const;

t.test('a clerk reaches the servers that it may reach, and no others', async (t) => {
  const cluster = new SimulatedKeyValueCluster(options);
  await cluster.play(async () => {
    const everywhere = await cluster.makeClerk([0, 1, 2]);
    await everywhere.put('k', 'v');
    t.ok([0, 1, 2].includes(cluster.leader() ?? -1));
    const cutOff = await cluster.makeClerk([]);
    const got = track(cutOff, 'k');
    await cluster.sleep(2000);
    t.notOk(got.isDone, 'there is no server that it may reach');
    await cluster.connectClerk(cutOff, [1]);
    await cluster.sleep(2000);
    t.ok(got.isDone, 'any server will do');
    await cluster.partition([[0], [1], [2]]);
    const nobody = track(everywhere, 'k');
    await cluster.sleep(2000);
    t.notOk(nobody.isDone, 'no server reaches another one');
    await cluster.connectAll();
    await cluster.sleep(3000);
    t.ok(nobody.isDone);
    await cluster.stop();
  });
});

t.test('servers that crashed answer nobody, and come back with what they had', async (t) => {
  const cluster = new SimulatedKeyValueCluster({ ...options, stateBytes: 1000 });
  await cluster.play(async () => {
    const clerk = await cluster.makeClerk([0, 1, 2]);
    for (let number = 0; number < 30; number += 1) await clerk.append('k', `${number};`);
    t.ok((await cluster.snapshotBytesMax()) > 0, 'there are snapshots');
    t.ok(cluster.stateBytesMax() > 0 && cluster.stateBytesMax() <= 8000);
    await cluster.crashAll();
    t.equal(cluster.leader(), undefined);
    const got = track(clerk, 'k');
    await cluster.sleep(2000);
    t.notOk(got.isDone);
    await cluster.restartAll();
    const wanted = Array.from({ length: 30 }, (_, number) => `${number};`).join('');
    t.equal(await clerk.get('k'), wanted);
    const { rpcs, bytes, commits } = await cluster.counts();
    t.ok(rpcs > 60 && bytes > 100 * rpcs && commits >= 30);
    await cluster.stop();
  });
});

t.test('a test that waits for ever fails, in virtual time', async (t) => {
  const cluster = new SimulatedKeyValueCluster(options);
  const forever = cluster.play(() => new Promise<void>(() => undefined));
  await t.rejects(forever, /waited 120000 ms in vain: the end of the test/);
  const failing = new SimulatedKeyValueCluster(options).play(() => Promise.reject(new Error('no')));
  await t.rejects(failing, { message: 'no' });
});

function track(clerk: Clerk, key: string): { readonly isDone: boolean } {
  const state = { isDone: false };
  clerk.get(key).then(
    () => (state.isDone = true),
    () => undefined,
  );
  return state;
}
