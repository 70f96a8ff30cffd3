import type { Test } from 'tap';
import { ELECTION_PRESETS, type ElectionPreset } from '../../peer/raft/options.ts';
import type { SimulatedPeer } from '../../sim/SimulatedPeer.ts';
import type { Simulation, SimulationListeners } from '../../sim/Simulation.ts';

/** Where a failing run's last steps are told. */
const LINES_TOLD = 60;

export const BOTH_FAMILIES: readonly ElectionPreset[] = ['default', 'relaxed', 'lab', 'labRelaxed'];

export const electionOf = (preset: ElectionPreset): (typeof ELECTION_PRESETS)[ElectionPreset] =>
  ELECTION_PRESETS[preset];

export type Scenario = (seed: number | string, listeners: Pick<SimulationListeners, 'record'>) => Promise<void>;

/**
 * Runs a scenario for each seed. One that fails is run again with its record on, and its last lines are told.
 * @returns whether all of them passed
 */
export async function runSeeds(t: Test, seeds: Iterable<number | string>, scenario: Scenario): Promise<boolean> {
  let passed = 0;
  for (const seed of seeds) {
    try {
      await scenario(seed, {});
      passed += 1;
    } catch (error) {
      t.fail(error instanceof Error ? error.message : String(error), { record: await recordOf(seed, scenario) });
      return false;
    }
  }
  t.pass(`${passed} seeds`);
  return true;
}

export function range(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at);
}

/** Lets time pass until every peer follows one leader. */
export async function settle(simulation: Simulation): Promise<SimulatedPeer> {
  await simulation.runUntil(() => simulation.agreedLeader() !== undefined, 5000, 'one leader that all follow');
  const leader = simulation.agreedLeader();
  if (leader === undefined) throw simulation.failure('no leader');
  return leader;
}

/** The last lines before the failure. */
async function recordOf(seed: number | string, scenario: Scenario): Promise<string[]> {
  const lines: string[] = [];
  const record = (line: string): void => {
    lines.push(line);
    if (lines.length > 2 * LINES_TOLD) lines.splice(0, LINES_TOLD);
  };
  try {
    await scenario(seed, { record });
  } catch {
    return lines.slice(-LINES_TOLD);
  }
  return ['the second run of this seed passed: it is not deterministic'];
}

/** Such as `p50 312, p90 401, p99 644, max 1204`. */
export function distribution(values: readonly number[], digits = 0): string {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN).toFixed(digits);
  return `p50 ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)}, max ${at(1)}`;
}
