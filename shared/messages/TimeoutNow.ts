import { type Static, Type } from '../schema.ts';
import { Term } from '../numbers.ts';

/** A leader asks a follower that has its whole log to stand at once (thesis, 3.10). */
export const TimeoutNow = Type.Object({ term: Term }, { additionalProperties: false });
export type TimeoutNow = Static<typeof TimeoutNow>;
