import { type CompiledPartition, separates } from './partition.ts';

/** The faults in force in one cluster: the partition only. */
export interface Faults {
  readonly epoch: number;
  readonly partition: CompiledPartition | undefined;
}

export const NO_FAULTS: Faults = { epoch: 0, partition: undefined };

export function withPartition(faults: Faults, partition: CompiledPartition | undefined): Faults {
  return { epoch: faults.epoch + 1, partition };
}

/** What the faults need to know of a frame. Its body is nobody's business but the receiver's. */
export interface JudgedFrame {
  readonly type: string;
  readonly from: string;
  readonly to: string;
}

/** What becomes of a frame by the faults in force, and why. */
export type Fate = { readonly type: 'delivered' } | { readonly type: 'dropped'; readonly cause: FaultCause };

/** The causes of a drop that a fault can be, as against `absent` and `slowReader`, which are the receiver's doing. */
export type FaultCause = 'partition';

// One value each: a relay judges hundreds of thousands of frames a second.
const DELIVERED: Fate = { type: 'delivered' };
const DROPPED_BY_PARTITION: Fate = { type: 'dropped', cause: 'partition' };

/** @param clients those of its two ends that are clients; see `separates` */
export function fateOf(frame: JudgedFrame, faults: Faults, clients?: readonly string[]): Fate {
  const { partition } = faults;
  if (partition !== undefined && separates(partition, frame.from, frame.to, clients)) return DROPPED_BY_PARTITION;
  return DELIVERED;
}
