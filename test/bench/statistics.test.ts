import t from 'tap';
import { percentileOf, spreadOf } from '../../bench/support/statistics.ts';

t.test('percentiles of samples in any order, between neighbours by interpolation', (t) => {
  const samples = [40, 10, 30, 20];
  t.equal(percentileOf(samples, 0), 10);
  t.equal(percentileOf(samples, 50), 25);
  t.equal(percentileOf(samples, 75), 32.5);
  t.equal(percentileOf(samples, 100), 40);
  t.equal(percentileOf([7], 99), 7);
  t.strictSame(samples, [40, 10, 30, 20], 'the samples stay as they were');
  t.end();
});

t.test('numbers are sorted as numbers', (t) => {
  t.equal(percentileOf([100, 9, 80], 50), 80);
  t.strictSame(spreadOf([100, 9, 80]), { median: 80, min: 9, max: 100 });
  t.end();
});

t.test('nothing to summarise is an error, not a zero', (t) => {
  t.throws(() => percentileOf([], 50), RangeError);
  t.end();
});
