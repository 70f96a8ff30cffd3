import { type Static, Type } from '../schema.ts';
import { Count, Term } from '../numbers.ts';

/** A follower asks its leader up to where it must have applied before it may answer a read (thesis, 6.4). */
export const ReadIndex = Type.Object(
  {
    term: Term,
    /** The follower's own number for it. */
    readId: Count,
  },
  { additionalProperties: false },
);
export type ReadIndex = Static<typeof ReadIndex>;
