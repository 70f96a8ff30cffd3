import { FrameId } from '../numbers.ts';
import { type Static, Type } from '../schema.ts';

/** The relay tells an endpoint what it did not accept, and why; the connection may be closed next. */
export const Refused = Type.Object(
  {
    /** A code of the error table, such as `FRAME_FORGED`. */
    code: Type.String({ maxLength: 64 }),
    message: Type.String({ maxLength: 1024 }),
    /** The refused frame's id, where it could be read. */
    inReplyTo: Type.Optional(FrameId),
  },
  { additionalProperties: false },
);
export type Refused = Static<typeof Refused>;
