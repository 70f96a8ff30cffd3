import { PeerId } from '../ids.ts';
import { type Static, Type } from '../schema.ts';

/**
 * Who can talk to whom: endpoints of one group can; endpoints of different groups cannot.
 * Peers that no group names form one further group together. A client that no group names reaches everybody: cutting the peers'
 * network leaves those who use the cluster where they are, unless they are named.
 */
export const Partition = Type.Object(
  { groups: Type.Array(Type.Array(PeerId, { minItems: 1, maxItems: 1024 }), { minItems: 1, maxItems: 1024 }) },
  { additionalProperties: false },
);
export type Partition = Static<typeof Partition>;
