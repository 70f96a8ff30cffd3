import type { AddressLimits } from '../locks/AddressLimits.ts';
import type { SafetyRule } from '../../shared/http/Safety.ts';
import type { Liveness } from './Liveness.ts';
import type { News } from './News.ts';
import type { Refusals } from './Refusals.ts';
import type { ResolvedOptions } from '../options.ts';
import type { Turn } from './Turn.ts';

/** What all parts of a hub share. */
export interface HubServices {
  readonly options: ResolvedOptions;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  readonly turn: Turn;
  readonly refusals: Refusals;
  readonly news: News;
  readonly liveness: Liveness;
  /** What the frames that rules delay and hold take, in all clusters. */
  readonly delayedBytes: { bytes: number; readonly bytesMax: number };
  readonly limits: AddressLimits;
  /** Offences against Raft's safety that peers told of, in all clusters that ever were. */
  readonly offences: Map<SafetyRule, number>;
}
