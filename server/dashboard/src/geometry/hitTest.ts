import type { Flights, FlightPlace } from '../model/frames/Flights.ts';
import { FLIGHTS_MAX } from '../model/frames/Flights.ts';
import type { FrameSample } from '../../../../shared/http/Frames.ts';
import { xOn, yOn } from './chord.ts';
import type { Layout } from './Layout.ts';
import type { Point } from './ring.ts';

/** Dots are small and move: so near is on them, in CSS pixels. */
const NEAR = 13;

/** Scissors reach farther than a click: from the middle of a link to either half. */
export const SCISSORS_NEAR = 24;

/**
 * The frame whose dot is nearest to a point, and near enough.
 * @param isDrawn whether a frame's dot is drawn at all
 */
export function frameAt(
  point: Point,
  layout: Layout,
  flights: Flights,
  atMs: number,
  isDrawn: (sample: FrameSample) => boolean,
): FrameSample | null {
  const place: FlightPlace = { share: 0, mark: 'flying', sinceMs: 0 };
  let nearest: FrameSample | null = null;
  let least = NEAR;
  for (let slot = 0; slot < FLIGHTS_MAX; slot += 1) {
    const sample = flights.sample(slot);
    if (sample === null || !isDrawn(sample) || !flights.place(slot, atMs, place)) continue;
    const chord = layout.chord(sample.from, sample.to);
    if (chord === null) continue;
    const distance = Math.hypot(point.x - xOn(chord, place.share), point.y - yOn(chord, place.share));
    // Of several that wait at one place, the newest.
    if (distance > least || (distance === least && nearest !== null && nearest.seq > sample.seq)) continue;
    least = distance;
    nearest = sample;
  }
  return nearest;
}
