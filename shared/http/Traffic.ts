import { Count } from '../numbers.ts';
import { type Static, Type } from '../schema.ts';

/** Why a frame was not delivered. */
export const DROP_CAUSES = ['partition', 'absent', 'slowReader'] as const;
export type DropCause = (typeof DROP_CAUSES)[number];

/**
 * What passed between the endpoints of a cluster since it first connected, control frames apart.
 * `requests` and `labBytes` count as the lab does: every call made, delivered or not;
 * the bytes of every request made and of every reply delivered.
 */
export const Traffic = Type.Object({
  framesIn: Count,
  bytesIn: Count,
  framesDelivered: Count,
  bytesDelivered: Count,
  framesDropped: Type.Object({ partition: Count, absent: Count, slowReader: Count }),
  requests: Count,
  labBytes: Count,
  /** Control frames, both ways. */
  controlFrames: Count,
});
export type Traffic = Static<typeof Traffic>;
