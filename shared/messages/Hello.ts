import { Count } from '../numbers.ts';
import { type Static, Type } from '../schema.ts';

/** One process of an endpoint, among all that ever have its id. */
export const Instance = Type.String({ minLength: 1, maxLength: 64 });

/** The first frame on a connection, from an endpoint to `@relay`. */
export const Hello = Type.Object(
  {
    protocolVersion: Count,
    /**
     * Whose messages this endpoint speaks. For `raft` the relay refuses message types that the protocol does not know;
     * any other name may use any type that the envelope allows.
     */
    application: Type.String({ minLength: 1, maxLength: 64 }),
    /**
     * Drawn at random by each process. A new connection of the same instance silently replaces its old one;
     * one of another instance takes the identity over, and the older process is told so and stops. Clients are told a peer's, and
     * name it in what they ask.
     */
    instance: Instance,
    /** This endpoint signs what it says to others, and takes only what they signed. Absent: it does not. */
    signs: Type.Optional(Type.Boolean()),
    /** Name and version of the program, for people. */
    software: Type.String({ maxLength: 128 }),
  },
  { additionalProperties: false },
);
export type Hello = Static<typeof Hello>;
