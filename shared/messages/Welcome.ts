import { Count } from '../numbers.ts';
import { type Static, Type } from '../schema.ts';

/** The relay's answer to a good `Hello`; frames to other endpoints may follow it. */
export const Welcome = Type.Object(
  {
    protocolVersion: Count,
    /** Names this connection in the relay's log, trace and live feed. */
    connectionId: Type.String({ minLength: 1, maxLength: 64 }),
    /** The largest frame the relay forwards, in bytes. */
    frameBytesMax: Count,
  },
  { additionalProperties: false },
);
export type Welcome = Static<typeof Welcome>;
