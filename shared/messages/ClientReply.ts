import { PeerId } from '../ids.ts';
import { Count } from '../numbers.ts';
import { type Static, Type } from '../schema.ts';
import { REQUESTS_PER_FRAME_MAX } from './ClientRequest.ts';

const strict = { additionalProperties: false } as const;

export const Reply = Type.Union([
  Type.Object({ requestId: Count, ok: Type.Literal(true), value: Type.Unknown() }, strict),
  Type.Object(
    {
      requestId: Count,
      ok: Type.Literal(false),
      /** One of the error table, which also says whether the request may have taken effect. */
      code: Type.String({ maxLength: 64 }),
      message: Type.String({ maxLength: 4_096 }),
      /** Whom to ask instead, as far as this peer knows. */
      leader: Type.Union([PeerId, Type.Null()]),
    },
    strict,
  ),
]);
export type Reply = Static<typeof Reply>;

/** Answers to a client, in any order; of requests in one frame or in several. */
export const ClientReply = Type.Object(
  { replies: Type.Array(Reply, { minItems: 1, maxItems: REQUESTS_PER_FRAME_MAX }) },
  strict,
);
export type ClientReply = Static<typeof ClientReply>;
