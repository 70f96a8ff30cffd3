import { type Static, Type } from '../schema.ts';

/** An endpoint asks its relay whom it may talk to; the answer is a `Directory`. */
export const Lookup = Type.Object({}, { additionalProperties: false });
export type Lookup = Static<typeof Lookup>;
