import { FrameId } from '../numbers.ts';
import { type Static, Type } from '../schema.ts';

/** The relay's answer to a `Ping`. */
export const Pong = Type.Object({ inReplyTo: FrameId }, { additionalProperties: false });
export type Pong = Static<typeof Pong>;
