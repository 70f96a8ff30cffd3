import type { ReadonlySignal } from '@preact/signals';
import type { PeerId } from '../../../../../shared/ids.ts';

/** How far back a gauge goes: one number a second. */
export const GAUGE_SECONDS = 600;

export type GaugeName =
  /** Milliseconds of that second without a leader. */
  | 'leaderlessMs'
  /** Leaders elected in that second. */
  | 'elections'
  | 'commitP50Ms'
  | 'commitP99Ms'
  | 'framesIn'
  | 'bytesIn'
  /** Calls that endpoints made of each other, delivered or not, as the lab counts them. */
  | 'requests'
  /** Heartbeats on the link that had most of them. */
  | 'heartbeats'
  /** By how much the highest commit index that anybody told grew. */
  | 'committed'
  | 'delayed'
  | 'held'
  /** The slowest disk's newest write. */
  | 'diskMs'
  /** The leader's last index minus its match of this peer. */
  | `lag:${PeerId}`;

/** Columns of numbers, one a second of the relay's clock; NaN where nothing was told. */
export interface Gauges {
  /** The second that was closed last, as milliseconds since the Unix epoch; null before the first. */
  readonly newestMs: ReadonlySignal<number | null>;
  /** Sets the numbers of one second; those that are not named stay as they are. One older than GAUGE_SECONDS is forgotten. */
  set(atMs: number, values: Readonly<Partial<Record<GaugeName, number>>>): void;
  /** The seconds up to and with that of `untilMs`, oldest first; as many as asked for, at most GAUGE_SECONDS. */
  column(name: GaugeName, untilMs: number, seconds: number): Float64Array;
  /** Those of which anything was told. */
  names(): readonly GaugeName[];
  /** All numbers of all seconds. */
  forget(): void;
}
