import t from 'tap';
import { DELAY_MS_MAX, type Distribution, drawMs, parseDelay } from '../../shared/delay.ts';
import { seededRandom } from '../../shared/random.ts';
import { delaysOf, EVERYBODY, faultsOf, link, mean, quantile } from './stage.ts';

const COUNT = 100_000;

/** So many delays of one rule, over one link. */
function drawn(delay: unknown): number[] {
  return delaysOf(link(), faultsOf({ slow: { ...EVERYBODY, delay } }), COUNT);
}

t.test('the language of delays', async (t) => {
  const legal: [source: unknown, expected: Distribution][] = [
    ['50ms', { type: 'constant', ms: 50 }],
    ['1.5s', { type: 'constant', ms: 1500 }],
    [' 0ms ', { type: 'constant', ms: 0 }],
    ['250us', { type: 'constant', ms: 0.25 }],
    ['2m', { type: 'constant', ms: 120_000 }],
    ['24h', { type: 'constant', ms: DELAY_MS_MAX }],
    ['50 ms', { type: 'constant', ms: 50 }],
    ['1e2ms', { type: 'constant', ms: 100 }],
    ['50..200ms', { type: 'uniform', minMs: 50, maxMs: 200 }],
    ['50ms..2s', { type: 'uniform', minMs: 50, maxMs: 2000 }],
    ['50ms .. 2s', { type: 'uniform', minMs: 50, maxMs: 2000 }],
    ['0.5..1.5s', { type: 'uniform', minMs: 500, maxMs: 1500 }],
    ['7..7ms', { type: 'uniform', minMs: 7, maxMs: 7 }],
    ['uniform(1ms, 2ms)', { type: 'uniform', minMs: 1, maxMs: 2 }],
    ['integer(0ms, 26ms)', { type: 'integer', minMs: 0, maxMs: 26 }],
    ['normal(50ms, 10ms)', { type: 'normal', meanMs: 50, deviationMs: 10 }],
    ['Normal( 1s ,10ms )', { type: 'normal', meanMs: 1000, deviationMs: 10 }],
    ['exponential(20ms)', { type: 'exponential', meanMs: 20 }],
    ['pareto(10ms, 1.5)', { type: 'pareto', minMs: 10, shape: 1.5 }],
    ['nested(200ms, 1999ms)', { type: 'nested', minMs: 200, spreadMs: 1999 }],
    [{ samplesMs: [1, 2.5] }, { type: 'samples', samplesMs: [1, 2.5] }],
  ];
  for (const [source, expected] of legal) t.same(parseDelay(source), expected, JSON.stringify(source));
});

t.test('what is no delay is refused, with what is wrong and what is legal', async (t) => {
  const wrong: [source: unknown, problem: RegExp][] = [
    ['50', /^a delay needs a unit: 50ms$/],
    ['50..200', /needs a unit: 50ms/],
    ['50ms..200', /needs a unit: 200ms/],
    ['normal(50ms, 10)', /needs a unit: 10ms/],
    ['-5ms', /negative/],
    ['-5..5ms', /negative/],
    ['200..50ms', /reversed/],
    ['integer(9ms, 3ms)', /reversed/],
    ['integer(0ms, 2.5ms)', /whole milliseconds/],
    ['25h', /longer than a day/],
    ['1..86400001ms', /longer than a day/],
    ['1e400ms', /longer than a day/],
    ['nested(24h, 1ms)', /longer than a day/],
    ['50 bananas', /"bananas" is not a unit: there are us, ms, s, m, h/],
    ['NaNms', /not a delay: write 50ms/],
    ['', /not a delay/],
    ['ms', /not a delay/],
    ['1..2..3ms', /more than two ends/],
    ['weibull(1ms)', /no distribution "weibull": there are uniform, .*pareto/],
    ['constructor(1ms)', /no distribution/],
    ['normal(50ms)', /takes 2 values: normal\(50ms, 10ms\)/],
    ['exponential(1ms, 2ms)', /takes one value: exponential\(20ms\)/],
    ['pareto(0ms, 2)', /more than 0ms/],
    ['pareto(10ms, 0)', /shape.*above 0/],
    ['pareto(10ms, 2ms)', /shape/],
    ['1constructor', /is not a unit/],
    [50, /needs a unit: write "50ms"/],
    [true, /a text or \{"samplesMs"/],
    [null, /a text/],
    [{ samplesMs: [1], seed: 2 }, /a text or/],
    [{ samplesMs: [] }, /1 to 10000 numbers/],
    [{ samplesMs: [1, -1] }, /samplesMs\/1/],
    [{ samplesMs: [NaN] }, /samplesMs\/0/],
    [{ samplesMs: ['5'] }, /samplesMs\/0/],
    [{ samplesMs: [DELAY_MS_MAX + 1] }, /samplesMs\/0/],
    [{ samplesMs: Array.from({ length: 10_001 }, () => 1) }, /1 to 10000/],
  ];
  for (const [source, problem] of wrong) {
    const parsed = parseDelay(source);
    t.match(parsed, { type: 'problem', problem }, JSON.stringify(source)?.slice(0, 60));
  }
});

t.test('a constant is exact', async (t) => {
  t.same(new Set(drawn('12.5ms')), new Set([12.5]));
});

t.test('uniform: every tenth has a tenth of them (chi-square)', async (t) => {
  const delays = drawn('50..150ms');
  t.ok(delays.every((ms) => ms >= 50 && ms < 150));
  const bins = Array.from({ length: 10 }, () => 0);
  for (const ms of delays) bins[Math.floor((ms - 50) / 10)] = (bins[Math.floor((ms - 50) / 10)] ?? 0) + 1;
  const expected = COUNT / bins.length;
  const chiSquare = bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  t.ok(chiSquare < 33.7, `chi-square ${chiSquare.toFixed(1)} with 9 degrees of freedom: beyond 33.7 once in 10,000`);
});

t.test('integers: whole, both ends included, all as likely', async (t) => {
  const counts = new Map<number, number>();
  for (const ms of drawn('integer(0ms, 26ms)')) counts.set(ms, (counts.get(ms) ?? 0) + 1);
  t.same(
    [...counts.keys()].sort((a, b) => a - b),
    Array.from({ length: 27 }, (_, at) => at),
  );
  const expected = COUNT / 27;
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  t.ok(chiSquare < 62, `chi-square ${chiSquare.toFixed(1)} with 26 degrees of freedom: beyond 62 once in 10,000`);
});

t.test('normal, exponential and Pareto: by their quantiles', async (t) => {
  // The standard normal's quantiles; the others' are formulas.
  const normal = drawn('normal(500ms, 50ms)');
  for (const [share, z] of [
    [0.01, -2.3263],
    [0.1, -1.2816],
    [0.5, 0],
    [0.9, 1.2816],
    [0.99, 2.3263],
  ] as const) {
    t.ok(Math.abs(quantile(normal, share) - (500 + 50 * z)) < 2, `normal ${share}: ${quantile(normal, share)}`);
  }
  t.ok(Math.abs(mean(normal) - 500) < 1, `mean ${mean(normal)}`);
  const exponential = drawn('exponential(20ms)');
  for (const share of [0.1, 0.5, 0.9, 0.99]) {
    const expected = -Math.log(1 - share) * 20;
    const found = quantile(exponential, share);
    t.ok(Math.abs(found / expected - 1) < 0.04, `exponential ${share}: ${found} for ${expected}`);
  }
  t.ok(Math.abs(mean(exponential) - 20) < 0.4, `mean ${mean(exponential)}`);
  const pareto = drawn('pareto(10ms, 1.5)');
  t.ok(
    pareto.every((ms) => ms >= 10),
    'never below the scale',
  );
  for (const share of [0.1, 0.5, 0.9, 0.99]) {
    const expected = 10 * (1 - share) ** (-1 / 1.5);
    const found = quantile(pareto, share);
    t.ok(Math.abs(found / expected - 1) < 0.05, `pareto ${share}: ${found} for ${expected}`);
  }
});

t.test('samples: each as often as it stands there', async (t) => {
  const delays = drawn({ samplesMs: [1, 5, 5, 9] });
  const share = (ms: number) => delays.filter((one) => one === ms).length / COUNT;
  t.ok(Math.abs(share(1) - 0.25) < 0.01 && Math.abs(share(5) - 0.5) < 0.01 && Math.abs(share(9) - 0.25) < 0.01);
});

t.test('no delay is negative or above a day, however long the tail', async (t) => {
  const random = seededRandom('tails');
  for (const source of ['normal(1ms, 1h)', 'exponential(24h)', 'pareto(1h, 0.01)', 'pareto(0.001us, 0.001)']) {
    const parsed = parseDelay(source);
    if (parsed.type === 'problem') throw new Error(parsed.problem);
    for (let draws = 0; draws < 10_000; draws += 1) {
      const ms = drawMs(parsed, random);
      if (!(ms >= 0 && ms <= DELAY_MS_MAX)) t.fail(`${source} drew ${ms}`);
    }
  }
  t.equal(
    drawMs({ type: 'normal', meanMs: 0, deviationMs: 1 }, () => 0.5),
    0,
    'below 0 it is 0',
  );
});

t.test('a text that no delay has is refused before it is taken apart', async (t) => {
  for (const text of [`1ms..${'a'.repeat(200_000)}1`, `uniform(1ms,${'a'.repeat(200_000)}1)`]) {
    const parsed = parseDelay(text);
    t.match(parsed, { type: 'problem', problem: /200 characters at most, and this one has 200\d+/ });
  }
});
