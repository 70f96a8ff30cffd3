import type { Simulation } from '../Simulation.ts';

/** Lets this much time pass. */
export const pass = async (simulation: Simulation, forMs: number): Promise<void> => simulation.run(forMs);

/** Lets time pass until the condition holds. @returns how long it took */
export async function until(
  simulation: Simulation,
  condition: () => boolean,
  withinMs: number,
  what: string,
): Promise<number> {
  return simulation.runUntil(condition, withinMs, what);
}
