import { type Static, Type } from '../schema.ts';
import { PeerId } from '../ids.ts';
import { MEMBERS_MAX } from '../numbers.ts';

const members = Type.Array(PeerId, { maxItems: MEMBERS_MAX });

/**
 * Who belongs to a cluster. While `votersOutgoing` is not empty the configuration is joint: it takes a majority of both
 * groups to elect and to commit (paper, section 6).
 */
export const Configuration = Type.Object(
  {
    voters: members,
    votersOutgoing: members,
    /** They receive the log and count in no majority. */
    learners: members,
  },
  { additionalProperties: false },
);
export type Configuration = Static<typeof Configuration>;
