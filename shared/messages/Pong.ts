import { Type, type Static } from 'typebox';
import { FrameId } from '../numbers.ts';

/** The relay's answer to a `Ping`. */
export const Pong = Type.Object({ inReplyTo: FrameId }, { additionalProperties: false });
export type Pong = Static<typeof Pong>;
