import type { Amount, Comparison } from './conditionTypes.ts';
import { StepFailure } from './StepFailure.ts';

/**
 * @param memory what earlier steps left behind
 * @throws {StepFailure} when what was remembered is no number
 */
export function amountOf({ variable, number }: Amount, memory: ReadonlyMap<string, unknown>): number {
  if (variable === undefined) return number;
  const base = Number(memory.get(variable));
  if (Number.isNaN(base)) throw new StepFailure(`$${variable} is ${String(memory.get(variable))}, which is no number`);
  return base + number;
}

export function compare(value: number, comparison: Comparison, wanted: number): boolean {
  switch (comparison) {
    case '=':
      return value === wanted;
    case '!=':
      return value !== wanted;
    case '<':
      return value < wanted;
    case '<=':
      return value <= wanted;
    case '>':
      return value > wanted;
    case '>=':
      return value >= wanted;
  }
}
