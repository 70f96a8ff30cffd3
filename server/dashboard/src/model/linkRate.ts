import type { PeerId } from '../../../../shared/ids.ts';

/** Frames a second on one directed link, as they were at `atMs`. They fade: read them with `rateAt`. */
export interface LinkRate {
  readonly deliveredPerSecond: number;
  readonly droppedPerSecond: number;
  readonly atMs: number;
}

/** What was counted a second ago weighs 1/e of what is counted now. */
const FADE_MS = 1000;

/** Rates below this are nothing. */
const NOTHING_PER_SECOND = 0.05;

export const SILENT: LinkRate = { deliveredPerSecond: 0, droppedPerSecond: 0, atMs: 0 };

export function linkKey(from: PeerId, to: PeerId): string {
  return `${from}>${to}`;
}

/** Adds frames counted now to a fading rate. A constant stream of n frames a second settles at about n. */
export function count(rate: LinkRate, frames: { delivered: number; dropped: number }, nowMs: number): LinkRate {
  const faded = rateAt(rate, nowMs);
  const perSecond = 1000 / FADE_MS;
  return {
    deliveredPerSecond: faded.deliveredPerSecond + frames.delivered * perSecond,
    droppedPerSecond: faded.droppedPerSecond + frames.dropped * perSecond,
    atMs: nowMs,
  };
}

export function rateAt(rate: LinkRate, nowMs: number): LinkRate {
  const left = Math.exp(-Math.max(0, nowMs - rate.atMs) / FADE_MS);
  return {
    deliveredPerSecond: floor(rate.deliveredPerSecond * left),
    droppedPerSecond: floor(rate.droppedPerSecond * left),
    atMs: nowMs,
  };
}

function floor(perSecond: number): number {
  return perSecond < NOTHING_PER_SECOND ? 0 : perSecond;
}
