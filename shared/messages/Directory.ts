import { PeerId } from '../ids.ts';
import { MEMBERS_MAX } from '../numbers.ts';
import { type Static, Type } from '../schema.ts';
import { Instance } from './Hello.ts';

const strict = { additionalProperties: false } as const;

/** The relay's answer to a `Lookup`: a hint, for the relay is no member of the cluster. */
export const Directory = Type.Object(
  {
    /** The peers that are connected now, each with the process that is: a `ClientRequest` names it. */
    peers: Type.Array(Type.Object({ id: PeerId, instance: Instance }, strict), { maxItems: MEMBERS_MAX }),
    /** By the newest statuses. */
    leader: Type.Union([PeerId, Type.Null()]),
  },
  strict,
);
export type Directory = Static<typeof Directory>;
