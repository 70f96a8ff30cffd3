import { PeerId } from '../ids.ts';
import { type Static, Type } from '../schema.ts';

const Group = Type.Array(PeerId, { minItems: 1, maxItems: 1024 });
/** One direction: frames from the first to the second. */
const Cut = Type.Tuple([PeerId, PeerId]);

/**
 * Who can talk to whom: endpoints of one group can; endpoints of different groups cannot.
 * Peers that no group names form one further group together. A client that no group names reaches everybody: cutting the peers'
 * network leaves those who use the cluster where they are, unless they are named.
 */
export const Partition = Type.Object(
  {
    groups: Type.Array(Group, { maxItems: 1024 }),
    /** Directed links that are cut within the groups. */
    cuts: Type.Optional(Type.Array(Cut, { maxItems: 65_536 })),
    /** The shape that it was made from. */
    shape: Type.Optional(Type.String()),
    /** `swizzle`: whom the network loses, one by one, and gets back in another order. Milliseconds since it was put in force. */
    absences: Type.Optional(
      Type.Array(
        Type.Object(
          { id: PeerId, fromMs: Type.Number({ minimum: 0 }), untilMs: Type.Number({ minimum: 0 }) },
          { additionalProperties: false },
        ),
        { maxItems: 1024 },
      ),
    ),
    /** What becomes of frames on their way across: `cut`, or `delivered`. */
    inFlight: Type.Optional(Type.Union([Type.Literal('cut'), Type.Literal('delivered')])),
  },
  { additionalProperties: false },
);
export type Partition = Static<typeof Partition>;

/** Shapes that take no endpoint, and shapes that take one behind a colon. */
export const PARTITION_SHAPES = [
  'halves',
  'majority-minority',
  'isolate-leader',
  'isolate:ID',
  'ring',
  'bridge',
  'bridge:ID',
  'one-way',
  'one-way:ID',
  'swizzle',
] as const;

/** Asks for a partition: by its groups, by directed links, or by the name of a shape. */
export const PartitionRequest = Type.Union([
  Type.Object(
    {
      groups: Type.Optional(Type.Array(Group, { minItems: 1, maxItems: 1024 })),
      cuts: Type.Optional(Type.Array(Cut, { minItems: 1, maxItems: 65_536 })),
      inFlight: Partition.properties.inFlight,
    },
    { additionalProperties: false, minProperties: 1 },
  ),
  Type.Object(
    {
      shape: Type.String({ minLength: 1, maxLength: 80, description: PARTITION_SHAPES.join(', ') }),
      /** `swizzle`: the time between two steps. Default 500. */
      stepMs: Type.Optional(Type.Number({ minimum: 1, maximum: 3_600_000 })),
      inFlight: Partition.properties.inFlight,
    },
    { additionalProperties: false },
  ),
]);
export type PartitionRequest = Static<typeof PartitionRequest>;
