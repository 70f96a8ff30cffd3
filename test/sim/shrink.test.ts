import fc from 'fast-check';
import t from 'tap';
import { minimize } from '../../sim/deltaDebugging.ts';
import { failureKind } from '../../sim/failureKind.ts';
import { FAULTS_MS } from '../../sim/faultsMs.ts';
import { replayCommand } from '../../sim/replayCommand.ts';
import { planOf, type SeedOptions } from '../../sim/runSeed.ts';
import { shrink } from '../../sim/shrink.ts';
import { type SeedOutcome, tryRun } from '../../sim/tryRun.ts';
import { defectAfter } from '../support/defect.ts';
import { range } from '../support/simulate.ts';

t.test('of any items those that are needed remain, in their order', async (t) => {
  const subset = fc
    .integer({ min: 0, max: 80 })
    .chain((count) => fc.tuple(fc.constant(count), fc.subarray(range(count))));
  await fc.assert(
    fc.asyncProperty(subset, async ([count, needed]) => {
      let tries = 0;
      const left = await minimize(range(count), async (chosen) => {
        tries += 1;
        return needed.every((item) => chosen.includes(item));
      });
      t.same(left, needed);
      // The bound of the paper, for the worst case.
      t.ok(tries <= count * count + 3 * count + 1, `${tries} tries for ${count} items`);
    }),
    { numRuns: 200 },
  );
});

t.test('where several choices fail, what remains cannot do without any of its items', async (t) => {
  const fails = (chosen: readonly number[]): boolean => chosen.length % 3 === 2 || chosen.includes(7);
  const left = await minimize(range(50), async (chosen) => fails(chosen));
  t.ok(fails(left));
  for (const item of left) t.notOk(fails(left.filter((other) => other !== item)));
});

t.test('failures of one rule are of one kind, whoever broke it when', async (t) => {
  const kinds: readonly (readonly [string, string])[] = [
    ['Log Matching: p1 holds another entry 7 of term 2', 'Log Matching'],
    ['Log Matching: p3 holds another entry 12 of term 9', 'Log Matching'],
    ['p1 voted for p2 and for p3 in term 4', 'ID voted for ID and for ID in term N'],
    ['p1 holds {"items":[]}, and p2 holds {"items":[1]}', 'ID holds'],
    ['waited 10000 ms in vain: one leader', 'waited N ms in vain: one leader'],
    [
      'what clients were told is not linearizable (key k2):\nc1 ...',
      'what clients were told is not linearizable (key KEY):',
    ],
  ];
  for (const [what, kind] of kinds) t.equal(failureKind(what), kind);
});

/** Which one that is depends on how plans are drawn. */
function seedOfManyFaults(): number {
  for (let seed = 0; ; seed += 1) if (planOf({ seed, faultsMs: FAULTS_MS }).length > 50) return seed;
}

t.test('a run of many faults shrinks to the two that matter, and replays', async (t) => {
  const options: SeedOptions = { seed: seedOfManyFaults(), faultsMs: FAULTS_MS };
  const [first, second] = [20, 33];
  const attempt = (smaller: SeedOptions): Promise<SeedOutcome> => tryRun(smaller, defectAfter(first, second));
  const outcome = await attempt(options);
  if (outcome.passed) throw new Error('the defect was not seen');
  const planned = planOf(options).length;
  t.ok(planned > 50, `${planned} faults`);
  const { failure } = outcome;
  const shrunken = await shrink(options, failure, { attempt });
  t.comment(`${shrunken.faultsBefore} faults to ${shrunken.options.faults.join()}, in ${shrunken.tries} runs`);
  t.comment(replayCommand(shrunken.options));
  t.same(shrunken.options.faults, [first, second]);
  t.equal(shrunken.faultsBefore, planned);
  t.equal(shrunken.failure.kind, 'Artificial Rule');
  const lastMs = planOf(options).find(({ number }) => number === second)?.atMs ?? 0;
  t.ok(shrunken.options.faultsMs > lastMs && shrunken.options.faultsMs < FAULTS_MS, 'it ends soon after them');
  t.same(await attempt(shrunken.options), { passed: false, failure: shrunken.failure }, 'the same, to the millisecond');

  const bounded = await shrink(options, failure, { attempt, triesMax: 5 });
  t.equal(bounded.tries, 5, 'no more tries than it may take');
  const none = await shrink(options, failure, { attempt, mayGoOn: () => false });
  t.equal(none.tries, 0);
  t.equal(none.options.faults.length, planned);
});

t.test('a failure of another kind does not count', async (t) => {
  const failure = { atMs: 1000, what: 'Log Matching: p1', kind: 'Log Matching' };
  const attempt = async (): Promise<SeedOutcome> => ({
    passed: false,
    failure: { atMs: 1, what: 'Election Safety: p1', kind: 'Election Safety' },
  });
  const { options, tries } = await shrink({ seed: 3, faultsMs: 5000 }, failure, { attempt });
  t.equal(options.faultsMs, 5000);
  t.same(
    options.faults,
    planOf({ seed: 3, faultsMs: 5000 }).map(({ number }) => number),
  );
  t.ok(tries > 5);
});

t.test('the command line that replays a run says what differs from a whole one', async (t) => {
  t.equal(replayCommand({ seed: 17, faultsMs: FAULTS_MS }), 'npx whitewater sim --seed 17');
  t.equal(
    replayCommand({ seed: 17, faultsMs: 7300, faults: [3, 9], clients: 1 }),
    'npx whitewater sim --seed 17 --faults 3,9 --for 7300ms --clients 1',
  );
  t.equal(replayCommand({ seed: 17, faultsMs: 0, faults: [] }), 'npx whitewater sim --seed 17 --faults none --for 0ms');
});
