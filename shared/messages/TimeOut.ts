import { type Static, Type } from '../schema.ts';

/**
 * The relay, for somebody who looks on, asks a peer to take its election timer for run out: nothing else about an election changes.
 * A peer that has no such timer, and one that does not know this message, does nothing.
 */
export const TimeOut = Type.Object({}, { additionalProperties: false });
export type TimeOut = Static<typeof TimeOut>;
