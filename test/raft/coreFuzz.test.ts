import t from 'tap';
import { fuzz, type FuzzResult } from '../support/fuzz/fuzz.ts';

/** `WHITEWATER_FUZZ_SEEDS=FIRST..LAST` runs others, and more; one seed alone is FIRST..FIRST. */
const [first = 1, last = 30] = (process.env['WHITEWATER_FUZZ_SEEDS'] ?? '1..30').split('..').map(Number);

t.test(
  'H60: a run that fails names the seed and the options that replay it; a seed is always the same run',
  async (t) => {
    const breakDown = (): never => {
      throw new Error('broken on purpose');
    };
    t.throws(() => fuzz(7, (world) => world.at(1000, breakDown)), {
      message: /^seed 7 at 1000\.0 ms: broken on purpose; options \{"voters":\d,.*"raft":\{.*"heartbeatMs":/,
    });
    t.strictSame(fuzz(7), fuzz(7));
  },
);

t.test(
  `the whole core over seeds ${first} to ${last}: crashes, cuts, loss, members that change`,
  { timeout: 60_000 + 2000 * last },
  async (t) => {
    const totals = new Map<string, number>();
    for (let seed = first; seed <= last; seed += 1) {
      try {
        const result = fuzz(seed);
        for (const name of Object.keys(result) as (keyof FuzzResult)[]) {
          totals.set(name, (totals.get(name) ?? 0) + result[name]);
        }
      } catch (error) {
        t.fail(error instanceof Error ? error.message : String(error));
      }
    }
    t.comment(JSON.stringify(Object.fromEntries(totals)));
    if (last - first < 10) return;
    // Else the runs would check nothing.
    for (const name of [
      'commits',
      'elections',
      'crashes',
      'snapshots',
      'installs',
      'reads',
      'transfers',
      'configurations',
    ]) {
      t.ok((totals.get(name) ?? 0) > last - first, `${name}: ${totals.get(name) ?? 0}`);
    }
  },
);
