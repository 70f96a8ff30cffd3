import type { Machine } from './machine.ts';

/** What every run leaves in bench/results, beside what it measured. */
export interface BenchResult<Plan> {
  readonly bench: string;
  readonly startedAt: string;
  readonly tookSeconds: number;
  readonly mode: BenchMode;
  readonly machine: Machine;
  /** The share of the machine that others had, just before the run and just after it. */
  readonly otherWork: { readonly before: number; readonly after: number };
  readonly plan: Plan;
}

export type BenchMode = 'quick' | 'standard' | 'full';
