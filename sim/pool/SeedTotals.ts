import { FAULT_KINDS, type FaultKind } from '../faults/FaultPlan.ts';
import type { SeedReport } from '../runSeed.ts';

/** The sums of many runs that passed. */
export class SeedTotals {
  seeds = 0;
  virtualMs = 0;
  committed = 0;
  /** Terms that had a leader. */
  elections = 0;
  readonly operations = { answered: 0, unknown: 0, failed: 0 };
  readonly #faults = new Map<FaultKind, number>(FAULT_KINDS.map((kind) => [kind, 0]));

  add({ elapsedMs, faults, operations, committed, termsLed }: SeedReport): void {
    this.seeds += 1;
    this.virtualMs += elapsedMs;
    this.committed += committed;
    this.elections += termsLed;
    for (const outcome of ['answered', 'unknown', 'failed'] as const) this.operations[outcome] += operations[outcome];
    for (const [kind, count] of faults) this.#faults.set(kind, (this.#faults.get(kind) ?? 0) + count);
  }

  /** How often each kind struck, those that never did too. */
  get faults(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#faults);
  }
}
