import { type Static, Type } from '../schema.ts';

/**
 * An endpoint that heard nothing for a while asks its relay for a sign of life. A frame and not a WebSocket ping,
 * because a browser cannot send those.
 */
export const Ping = Type.Object({}, { additionalProperties: false });
export type Ping = Static<typeof Ping>;
