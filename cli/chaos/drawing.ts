import type { Random } from '../../shared/random.ts';

export interface Range {
  readonly min: number;
  readonly max: number;
}

export function between({ min, max }: Range, random: Random): number {
  return min + random() * (max - min);
}

export function pick<Value>(from: readonly Value[], random: Random): Value {
  const value = from[Math.floor(random() * from.length)];
  if (value === undefined) throw new Error('there is nothing to pick from');
  return value;
}
