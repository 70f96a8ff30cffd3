import { randomInt } from 'node:crypto';

/** The seed of a test's random choices: WHITEWATER_SEED, or a new one; told in any case, so that a failure can be tried again. */
export function testSeed(t: { comment(text: string): void }): string {
  const seed = process.env['WHITEWATER_SEED'] ?? String(randomInt(2 ** 32));
  t.comment(`seed ${seed}: set WHITEWATER_SEED=${seed} for the same choices again`);
  return seed;
}
