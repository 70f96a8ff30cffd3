import { Term } from '../numbers.ts';
import { type Static, Type } from '../schema.ts';

/** One entry of the log. Its index is not repeated: entries of a message follow `prevLogIndex` without a gap. */
export const Entry = Type.Object(
  {
    term: Term,
    /** What the state machine will be given: any JSON value. */
    command: Type.Unknown(),
  },
  { additionalProperties: false },
);
export type Entry = Static<typeof Entry>;
