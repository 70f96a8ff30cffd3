import type { PeerId } from '../../../../shared/ids.ts';
import type { Point } from './ring.ts';

/** Where things stand on the ring, in CSS pixels from the upper left corner of its stage. */
export interface Layout {
  readonly size: { readonly width: number; readonly height: number };
  readonly peers: ReadonlyMap<PeerId, { readonly x: number; readonly y: number; readonly radius: number }>;
  /** The curve of one direction: its ends and its control point; null when the peers touch, or one is not there. */
  chord(from: PeerId, to: PeerId): { readonly from: Point; readonly control: Point; readonly to: Point } | null;
  peerAt(point: Point): PeerId | null;
  /** The direction whose chord passes near the point; peers come before links. */
  linkAt(point: Point): { readonly from: PeerId; readonly to: PeerId } | null;
}
