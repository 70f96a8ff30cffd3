import type { CompiledPartition } from './partition.ts';

/**
 * The faults in force in one cluster. A value: every change makes a new one with the next epoch, so a frame is judged
 * by one set of faults as a whole, and whoever writes a fate down can say which set it was.
 */
export interface Faults {
  readonly epoch: number;
  readonly partition: CompiledPartition | undefined;
}

export const NO_FAULTS: Faults = { epoch: 0, partition: undefined };

export function withPartition(faults: Faults, partition: CompiledPartition | undefined): Faults {
  return { epoch: faults.epoch + 1, partition };
}
