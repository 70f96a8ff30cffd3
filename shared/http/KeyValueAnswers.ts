import { PeerId } from '../ids.ts';
import { KeyValueItem } from '../keyValue.ts';
import { Count, Term } from '../numbers.ts';
import { type Static, Type } from '../schema.ts';

/** What a write did: the key's revision afterwards, 0 when it is not there any more. */
export const WriteAnswer = Type.Object({ key: Type.String(), revision: Count });
export type WriteAnswer = Static<typeof WriteAnswer>;

/** Keys in order of UTF-16 code units; `more` behind the last one. `revision` is that of the store. */
export const ListAnswer = Type.Object({ items: Type.Array(KeyValueItem), more: Type.Boolean(), revision: Count });
export type ListAnswer = Static<typeof ListAnswer>;

/** Who belongs to a cluster, as its leader last told the relay, or without one, whoever is in the highest term. */
export const MembersAnswer = Type.Object({
  leader: Type.Union([PeerId, Type.Null()]),
  term: Term,
  members: Type.Array(
    Type.Object({
      id: PeerId,
      role: Type.Union([Type.Literal('voter'), Type.Literal('learner')]),
      connected: Type.Boolean(),
    }),
  ),
  /** A change is under way: the old voters decide together with the new ones. */
  changing: Type.Boolean(),
});
export type MembersAnswer = Static<typeof MembersAnswer>;
