import t from 'tap';
import type { SeedListeners } from '../../sim/runSeed.ts';
import { fingerprintedRun, runTwice } from '../../sim/tryRun.ts';
import { range } from '../support/simulate.ts';
import { testSeed } from '../support/testSeed.ts';

const FAULTS_MS = 8000;

t.test('two runs of a seed, with machines, stores, snapshots and clients, are the same to the byte', async (t) => {
  const base = testSeed(t);
  const hashes = new Set<string>();
  let lines = 0;
  for (const number of range(12)) {
    const options = { seed: `${base}/${number}`, faultsMs: FAULTS_MS };
    const first = await fingerprintedRun(options);
    t.same(await fingerprintedRun(options), first);
    lines += first.lines;
    hashes.add(first.hash);
  }
  t.equal(hashes.size, 12, 'and other seeds are others');
  t.ok(lines > 1000, `${lines} lines in all: some worlds have hardly a client and no leader for long`);
});

t.test('what listens changes nothing', async (t) => {
  const options = { seed: 5, faultsMs: FAULTS_MS };
  const nothing = (): void => undefined;
  const bare = await fingerprintedRun(options);
  const listened = await fingerprintedRun(options, {
    onEvent: nothing,
    onFate: nothing,
    onNote: nothing,
    onSent: nothing,
  });
  t.same(listened, bare);
});

t.test('two runs of a seed that differ are a failure, which names the first line that does', async (t) => {
  let runs = 0;
  const listeners = (): SeedListeners => {
    runs += 1;
    const isOdd = runs % 2 === 1;
    return {
      onBegin: (simulation) => {
        simulation.clock.setTimer(1000, () => simulation.note(isOdd ? 'odd' : 'even'));
      },
    };
  };
  const outcome = await runTwice({ seed: 1, faultsMs: 1500 }, listeners);
  if (outcome.passed) throw new Error('it passed');
  t.match(outcome.failure.what, /two runs of this seed differ: line \d+ was 1000\.000 odd, and then 1000\.000 even/);
});
