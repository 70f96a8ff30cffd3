import type { ErrorCode } from '../../shared/errors.ts';
import type { Stage } from '../../client/scenario/Stage.ts';

/** One thing that goes wrong. */
export interface Upset {
  /** For the summary. */
  readonly kind: UpsetKind;
  readonly text: string;
  /** @returns what came of it @throws {WhitewaterError} when it does not fit now, such as the isolation of a leader that there is not */
  run(stage: Stage): Promise<string>;
}

export const UPSET_KINDS = [
  ...(['partition', 'rule', 'accept', 'release', 'removal', 'profile', 'disconnect', 'kill', 'pause'] as const),
];
export type UpsetKind = (typeof UPSET_KINDS)[number];

/** An upset and its time since the beginning of its round. */
export interface Timed {
  readonly atMs: number;
  readonly upset: Upset;
}

/**
 * A socket that is away cannot be cut, a leader that there is not cannot be isolated, and of a rule that has ended nothing can be
 * let go: such an upset is left out. Anything else that a relay refuses is a defect, of the relay or of what was drawn.
 */
export const LEFT_OUT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...(['PEER_NOT_CONNECTED', 'PARTITION_SHAPE_UNFIT', 'RULE_UNKNOWN'] as const),
]);
