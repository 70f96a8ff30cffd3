import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { type FailedSeed, runSeeds } from '../../sim/pool/runSeeds.ts';
import { SeedWorker } from '../../sim/pool/SeedWorker.ts';
import type { SeedOptions } from '../../sim/runSeed.ts';
import { DEFECTIVE_SEED } from '../support/defect.ts';
import { ROOT } from '../support/root.ts';

const DEFECTIVE = pathToFileURL(join(ROOT, 'dist-test/support/defectiveSeeds.js'));
const FAULTS_MS = 3000;

/** These seeds, one after the other. */
function each(seeds: readonly number[]): () => SeedOptions | undefined {
  const left = [...seeds];
  return () => {
    const seed = left.shift();
    return seed === undefined ? undefined : { seed, faultsMs: FAULTS_MS };
  };
}

t.test('threads run seeds side by side, and count what came of them', async (t) => {
  const seen: unknown[] = [];
  const { totals, failed } = await runSeeds({
    program: DEFECTIVE,
    jobs: 2,
    next: each([1, 2, 3, 0]),
    onRun: ({ seed }) => seen.push(seed),
  });
  t.same(failed, []);
  t.same(seen.sort(), [0, 1, 2, 3]);
  t.equal(totals.seeds, 4);
  t.ok(totals.virtualMs >= 4 * FAULTS_MS);
  t.ok(totals.elections >= 4 && totals.operations.answered > 0 && totals.committed > 0);
  t.ok(Object.values(totals.faults).reduce((sum, count) => sum + count, 0) > 0);
});

t.test('a seed that fails is shrunk; no further seed begins, or one does if told to go on', async (t) => {
  const told: FailedSeed[] = [];
  const options = { program: DEFECTIVE, jobs: 1, onFailed: (one: FailedSeed) => told.push(one) };
  const seeds = [1, DEFECTIVE_SEED, 2, 3];
  const first = await runSeeds({ ...options, next: each(seeds) });
  t.equal(first.totals.seeds, 1);
  const [failed] = first.failed;
  t.same(told, [failed]);
  t.equal(failed?.failure.kind, 'Artificial Rule');
  t.same(failed?.shrunken?.options.faults, [2, 9]);
  t.equal(failed?.shrunken?.failure.kind, 'Artificial Rule');

  const second = await runSeeds({ ...options, next: each(seeds), failuresMax: 2, shrinks: false });
  t.equal(second.totals.seeds, 3);
  t.equal(second.failed.length, 1);
  t.equal(second.failed[0]?.shrunken, undefined);
});

t.test('a thread that dies is the failure of its seed, and the next one has a new thread', async (t) => {
  const { failed, totals } = await runSeeds({ program: DEFECTIVE, jobs: 1, next: each([666, 1]), failuresMax: 2 });
  t.equal(totals.seeds, 1);
  t.match(failed, [{ options: { seed: 666 }, failure: { what: 'the worker ended with exit code 9' } }]);
  t.equal(failed[0]?.shrunken, undefined);
});

t.test('a run without end is ended after its time, and is the failure of its seed', async (t) => {
  const worker = new SeedWorker({ program: DEFECTIVE, seedMsMax: 1500 });
  t.teardown(() => worker.end());
  const hung = await worker.run({ seed: 667, faultsMs: FAULTS_MS }, false);
  t.match(hung, { passed: false, failure: { what: 'the run did not come to an end within 2 s of real time' } });
  const next = new SeedWorker({ program: DEFECTIVE });
  t.teardown(() => next.end());
  t.ok((await next.run({ seed: 1, faultsMs: FAULTS_MS }, true)).passed);
});

t.test('whoever ends it has what there is', async (t) => {
  const interrupted = new AbortController();
  let begun = 0;
  const { totals, failed } = await runSeeds({
    program: DEFECTIVE,
    jobs: 2,
    next: () => ({ seed: 1000 + (begun += 1), faultsMs: FAULTS_MS }),
    signal: interrupted.signal,
    onRun: () => {
      if (begun > 5) interrupted.abort();
    },
  });
  t.same(failed, []);
  t.ok(totals.seeds >= 4 && totals.seeds <= begun);
});
