import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import t, { type Test } from 'tap';
import { FAULTS_MS } from '../../sim/faultsMs.ts';
import { runSeeds } from '../../sim/pool/runSeeds.ts';
import { replayCommand } from '../../sim/replayCommand.ts';
import type { SeedOptions } from '../../sim/runSeed.ts';
import { seededRandom } from '../../shared/random.ts';
import { ROOT } from '../support/root.ts';
import { testSeed } from '../support/testSeed.ts';

/** A seed that failed once: it is run again each time. */
interface FailedSeed {
  readonly seed: number | string;
  /** The virtual time of faults; `FAULTS_MS` if it is not given. */
  readonly faultsMs?: number;
  readonly faults?: readonly number[];
  readonly clients?: number;
  /** What it was. */
  readonly what: string;
  /** The subject of the newest commit then, and the day. */
  readonly commit: string;
  readonly date: string;
}

const PROGRAM = pathToFileURL(join(ROOT, 'dist/sim/pool/program.js'));
const SEEDS = Number(process.env['WHITEWATER_SIM_SEEDS'] ?? 2000);
/** Of fresh seeds: a fifth of what `whitewater sim` takes, so that 2,000 of them fit into a run of all tests. */
const FRESH_FAULTS_MS = 4_400;
const SEED_RANGE = 2 ** 32;

/** At rest a minute or two for 2,000; a busy machine takes many times as long. */
t.setTimeout(600_000 + 600 * SEEDS);

/** Runs them in a thread for each core, and tells of every failure what it was and what replays it. */
async function runAll(t: Test, seeds: readonly SeedOptions[]): Promise<void> {
  if (seeds.length === 0) {
    t.comment('none so far');
    return;
  }
  const left = [...seeds];
  const { totals, failed, tookMs } = await runSeeds({
    program: PROGRAM,
    jobs: Math.min(availableParallelism(), seeds.length),
    next: () => left.shift(),
    failuresMax: 3,
  });
  const { virtualMs, faults, operations, elections, committed } = totals;
  const speed = `${(virtualMs / tookMs).toFixed(0)} times real time`;
  t.comment(`${totals.seeds} seeds, ${(virtualMs / 3_600_000).toFixed(1)} virtual hours, ${speed}`);
  t.comment(
    `faults: ${Object.entries(faults)
      .map(([kind, count]) => `${kind} ${count}`)
      .join(', ')}`,
  );
  t.comment(`operations ${JSON.stringify(operations)}, terms led ${elections}, entries committed ${committed}`);
  for (const { options, failure, shrunken } of failed) {
    const replay = replayCommand(shrunken?.options ?? options);
    t.fail(`seed ${options.seed}: ${shrunken?.failure.what ?? failure.what}`, {
      replay,
      whole: replayCommand(options),
    });
  }
  if (failed.length > 0) return;
  t.equal(totals.seeds, seeds.length);
  if (seeds.length < 500) return;
  for (const [kind, count] of Object.entries(faults)) t.ok(count > 0, `${kind} struck`);
}

t.test(
  `${SEEDS} seeds that nobody has tried: no rule is broken, and the cluster makes progress afterwards`,
  async (t) => {
    const base = Math.floor(seededRandom(testSeed(t), 'fresh')() * SEED_RANGE);
    t.comment(`the same again: npx whitewater sim --seed ${base} --runs ${SEEDS} --for ${FRESH_FAULTS_MS}ms`);
    await runAll(
      t,
      Array.from({ length: SEEDS }, (_, at) => ({ seed: base + at, faultsMs: FRESH_FAULTS_MS })),
    );
  },
);

t.test('every seed that ever failed', async (t) => {
  const known = JSON.parse(readFileSync(join(ROOT, 'test/sim/failedSeeds.json'), 'utf8')) as readonly FailedSeed[];
  for (const { what, commit, date } of known) t.ok([what, commit, date].every((text) => text.length > 0));
  await runAll(
    t,
    known.map(({ seed, faultsMs = FAULTS_MS, faults, clients }) => ({
      ...{ seed, faultsMs },
      ...(faults === undefined ? {} : { faults }),
      ...(clients === undefined ? {} : { clients }),
    })),
  );
});
