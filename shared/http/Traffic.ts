import { Count } from '../numbers.ts';
import { type Static, Type } from '../schema.ts';

/**
 * Why a frame was not delivered: by a fault (`partition`, `loss`, `rate`, `disconnect`; `removed`, when the rule that delayed or
 * held it went and took it along), for want of room (`bufferFull`: too much is delayed or held; `slowReader`: too much waits for
 * its receiver), or because nobody is there (`absent`).
 */
export const DROP_CAUSES = [
  'partition',
  'loss',
  'rate',
  'disconnect',
  'removed',
  'bufferFull',
  'absent',
  'slowReader',
] as const;
export type DropCause = (typeof DROP_CAUSES)[number];

/** A counter for each cause, at 0. */
export function noDrops(): Record<DropCause, number> {
  return Object.fromEntries(DROP_CAUSES.map((cause) => [cause, 0])) as Record<DropCause, number>;
}

/**
 * What passed between the endpoints of a cluster since it first connected, control frames apart. At any time,
 * `framesIn` + `framesCopied` = `framesDelivered` + all of `framesDropped` + those that wait.
 * `requests` and `labBytes` count as the lab does: every call made, delivered or not;
 * the bytes of every request made and of every reply delivered.
 */
export const Traffic = Type.Object({
  framesIn: Count,
  bytesIn: Count,
  /** Copies beyond the first of frames that a rule duplicated. */
  framesCopied: Count,
  framesDelivered: Count,
  bytesDelivered: Count,
  /** Of those delivered, the ones that still waited in the relay for their receiver to read when its connection ended. */
  framesUnsent: Count,
  framesDropped: Type.Object(
    Object.fromEntries(DROP_CAUSES.map((cause) => [cause, Count])) as Record<DropCause, typeof Count>,
  ),
  requests: Count,
  labBytes: Count,
  /** Control frames, both ways. */
  controlFrames: Count,
});
export type Traffic = Static<typeof Traffic>;
