import { PeerId } from '../ids.ts';
import { type Static, Type } from '../schema.ts';

/**
 * Who can talk to whom: endpoints of one group can; endpoints of different groups cannot.
 * Endpoints that no group names form one further group together.
 */
export const Partition = Type.Object(
  { groups: Type.Array(Type.Array(PeerId, { minItems: 1, maxItems: 1024 }), { minItems: 1, maxItems: 1024 }) },
  { additionalProperties: false },
);
export type Partition = Static<typeof Partition>;
