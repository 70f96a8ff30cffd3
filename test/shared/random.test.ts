import t from 'tap';
import { seededRandom, xoshiro128StarStar } from '../../shared/random.ts';

t.test("the generator gives the reference implementation's numbers", async (t) => {
  const ofOneToFour = xoshiro128StarStar([1, 2, 3, 4]);
  t.same([ofOneToFour(), ofOneToFour(), ofOneToFour(), ofOneToFour()], [11520, 0, 5927040, 70819200]);
  const ofLargeWords = xoshiro128StarStar([0x964d4a0c, 0xd40ab895, 0xad7fdecb, 0x3006f0f0]);
  t.same(
    [ofLargeWords(), ofLargeWords(), ofLargeWords(), ofLargeWords()],
    [0xf1391922, 0x6fe53806, 0xa5be2840, 0xf510ee70],
  );
});

t.test('the same seed gives the same numbers, another seed or stream gives others', async (t) => {
  const first = (seed: string | number, stream?: string): number[] => {
    const random = seededRandom(seed, stream);
    return Array.from({ length: 8 }, random);
  };
  t.same(first(7), first(7));
  t.same(first(7), first('7'));
  t.notSame(first(7), first(8));
  t.notSame(first(7, 'p1'), first(7, 'p2'));
  t.notSame(first(7, 'p1'), first(7));
});

t.test('seeds that follow each other give first numbers that are spread evenly', async (t) => {
  const counts = new Array<number>(16).fill(0);
  const seeds = 16_000;
  for (let seed = 0; seed < seeds; seed += 1) {
    const slot = Math.floor(seededRandom(seed)() * 16);
    counts[slot] = (counts[slot] ?? 0) + 1;
  }
  t.ok(chiSquare(counts, seeds / 16) < 44.3, 'chi-square of 15 degrees stays below its 99.99 % point');
});

t.test('numbers of one seed are in [0, 1), evenly spread, fine-grained and uncorrelated', async (t) => {
  const random = seededRandom('statistics');
  const draws = Array.from({ length: 100_000 }, random);
  t.ok(draws.every((draw) => draw >= 0 && draw < 1));
  t.equal(new Set(draws).size, draws.length, 'with 53 bits, no two of 100,000 are the same');

  const counts = new Array<number>(16).fill(0);
  for (const draw of draws) counts[Math.floor(draw * 16)] = (counts[Math.floor(draw * 16)] ?? 0) + 1;
  t.ok(chiSquare(counts, draws.length / 16) < 44.3);

  let products = 0;
  for (let at = 1; at < draws.length; at += 1) products += ((draws[at] ?? 0) - 0.5) * ((draws[at - 1] ?? 0) - 0.5);
  const correlation = products / draws.length / (1 / 12);
  t.ok(Math.abs(correlation) < 0.015, `neighbours are correlated by ${correlation}`);
});

function chiSquare(counts: readonly number[], expected: number): number {
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}
