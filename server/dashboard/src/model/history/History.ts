import type { ReadonlySignal } from '@preact/signals';
import type { FrameEnd, FrameSample } from '../../../../../shared/http/Frames.ts';
import type { PeerId } from '../../../../../shared/ids.ts';
import type { Status } from '../../../../../shared/messages/Status.ts';
import type { Gauges } from '../gauges/Gauges.ts';
import type { Picture } from '../Picture.ts';
import type { Trail } from '../why/Trail.ts';
import type { Marks } from './Marks.ts';

/** The most frames that one question is answered with. */
export const FRAMES_MAX = 3000;
/** The most statuses that one question is answered with. */
export const STATUSES_MAX = 1000;

/** What the feed said, live or from a recording. All times are of the relay's clock: milliseconds since the Unix epoch. */
export interface History {
  /** What can be looked at; null while there is nothing. */
  readonly extent: ReadonlySignal<Extent | null>;
  /** The picture at a time; null outside the extent. */
  pictureAt(atMs: number): Promise<Picture | null>;
  /** Frames that were judged in a time, oldest first, with their ends: at most FRAMES_MAX, and how many more there were. */
  framesIn(fromMs: number, untilMs: number): Promise<{ readonly frames: readonly FrameSeen[]; readonly left: number }>;
  /** Statuses of a peer in a time, oldest first: the newest STATUSES_MAX. */
  statusesIn(peer: PeerId, fromMs: number, untilMs: number): Promise<readonly StatusSeen[]>;
  readonly marks: Marks;
  readonly gauges: Gauges;
  /** What explanations remember. */
  readonly trail: Trail;
  /** How much it holds, for whoever measures. */
  readonly size: { readonly chunks: number; readonly blobBytes: number };
}

export interface Extent {
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface FrameSeen {
  readonly sample: FrameSample;
  /** Of its copies that waited, as far as they have ended. */
  readonly ends: readonly FrameEnd[];
}

export interface StatusSeen {
  readonly atMs: number;
  readonly status: Status;
}
