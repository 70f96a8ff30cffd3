import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t, { type Test } from 'tap';
import { flap, heldBy } from '../../bench/support/flapping.ts';
import { WITHOUT_LOADER } from '../support/processes.ts';
import { ROOT } from '../support/root.ts';
import { until } from '../support/until.ts';

const WITHIN_MS = 60_000;
const CONNECTIONS = 500;
const ROUNDS = 3;
/** Of what is kept for good, less than this for each connection. */
const MORE_BYTES_MAX = 1000 * CONNECTIONS * ROUNDS;

/** A relay that says, whenever it gets a line, what its heap holds without garbage. */
const RELAY = `
  import { listenRelay } from '${join(ROOT, 'dist/server/index.js')}';
  const relay = await listenRelay({ port: 0, journalBytesMax: 200_000 });
  console.log(relay.url);
  process.stdin.on('data', () => {
    gc();
    console.log(process.memoryUsage().heapUsed);
  });
`;

async function startRelay(t: Test): Promise<{ url: string; heapBytes: () => Promise<number> }> {
  const words = [...WITHOUT_LOADER, process.execPath, '--expose-gc', '--input-type=module', '-e', RELAY];
  const relay = spawn('env', words, { stdio: ['pipe', 'pipe', 'inherit'] });
  t.teardown(() => relay.kill('SIGKILL'));
  const lines = createInterface({ input: relay.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<string> => String((await lines.next()).value);
  return {
    url: await line(),
    heapBytes: async () => {
      relay.stdin.write('\n');
      return Number(await line());
    },
  };
}

t.test('memory stays flat while peers come and go; "npm run bench -- flapping --full" looks for an hour', async (t) => {
  const { url, heapBytes } = await startRelay(t);
  const comeAndGo = async (): Promise<void> => {
    let made = 0;
    await flap(url, 8, () => (made += 1) > CONNECTIONS);
  };
  const { openFiles } = await heldBy(url);
  const allGone = (): Promise<unknown> =>
    until(async () => (await heldBy(url)).openFiles <= openFiles + 5, { withinMs: WITHIN_MS, what: 'no socket leaks' });
  // The first ones fill tables and caches up to their bounds.
  await comeAndGo();
  await comeAndGo();
  await allGone();
  const before = await settled(heapBytes);
  for (let round = 0; round < ROUNDS; round += 1) await comeAndGo();
  await allGone();
  // What finalizers and closing timers let go of is garbage only after a while.
  let more = Infinity;
  await until(async () => (more = (await heapBytes()) - before) < MORE_BYTES_MAX, {
    ...{ withinMs: WITHIN_MS, what: 'the heap is as small as before' },
  });
  t.comment(`${Math.round(more / 1024)} KiB of heap more after ${ROUNDS * CONNECTIONS} further connections`);
  t.ok(more < MORE_BYTES_MAX);
});

/** Looks until another look finds no less. */
async function settled(heapBytes: () => Promise<number>): Promise<number> {
  let least = Infinity;
  await until(
    async () => {
      const [before, now] = [least, await heapBytes()];
      least = Math.min(least, now);
      return now >= before;
    },
    { withinMs: WITHIN_MS, what: 'the heap shrinks no more' },
  );
  return least;
}
