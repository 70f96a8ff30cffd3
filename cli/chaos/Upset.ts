import type { Stage } from '../../client/scenario/Stage.ts';

/** One thing that goes wrong. */
export interface Upset {
  /** For the summary. */
  readonly kind: UpsetKind;
  readonly text: string;
  /** @returns what came of it @throws {WhitewaterError} when it does not fit now, such as the isolation of a leader that there is not */
  run(stage: Stage): Promise<string>;
}

export const UPSET_KINDS = ['partition', 'rule', 'profile', 'disconnect', 'kill', 'pause'] as const;
export type UpsetKind = (typeof UPSET_KINDS)[number];

/** An upset and its time since the beginning of its round. */
export interface Timed {
  readonly atMs: number;
  readonly upset: Upset;
}
