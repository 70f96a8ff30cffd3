import { Type } from './schema.ts';

/** The most members of a cluster that a message may name. Every member has a connection to the relay. */
export const MEMBERS_MAX = 128;

/** Counters and indexes travel as JSON numbers, exact up to 2^53 - 1. */
const nonNegative = { minimum: 0, maximum: Number.MAX_SAFE_INTEGER } as const;

/**
 * A Raft term; the first leader's is 1. Bounded below what a number can hold, so that there is always a next term.
 * At a hundred elections a second the bound is 89,000 years away.
 */
export const Term = Type.Integer({ minimum: 0, maximum: 2 ** 48, description: 'A Raft term' });

/** A position in the Raft log; the first entry's is 1, and 0 stands before it. */
export const LogIndex = Type.Integer({ ...nonNegative, description: 'A position in the log, from 1' });

/** A sender's running number of a frame. */
export const FrameId = Type.Integer({ ...nonNegative, description: "The sender's running number" });

export const Count = Type.Integer(nonNegative);

export const Milliseconds = Type.Number({ minimum: 0, description: 'Milliseconds' });
