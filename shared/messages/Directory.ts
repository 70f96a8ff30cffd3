import { PeerId } from '../ids.ts';
import { MEMBERS_MAX } from '../numbers.ts';
import { type Static, Type } from '../schema.ts';

/** The relay's answer to a `Lookup`: a hint, for the relay is no member of the cluster. */
export const Directory = Type.Object(
  {
    /** The peers that are connected now. */
    peers: Type.Array(PeerId, { maxItems: MEMBERS_MAX }),
    /** By the newest statuses. */
    leader: Type.Union([PeerId, Type.Null()]),
  },
  { additionalProperties: false },
);
export type Directory = Static<typeof Directory>;
