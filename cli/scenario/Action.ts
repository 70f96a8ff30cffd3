import type { Stage } from '../../client/scenario/Stage.ts';

/** Something that a step does. */
export interface Action {
  /** For the timeline. */
  readonly text: string;
  /** It ends or starts processes, which only their owner may. */
  readonly needsProcesses: boolean;
  /**
   * @returns what came of it, for the timeline
   * @throws {WhitewaterError} when it cannot be done, or came out otherwise than it was to
   */
  run(stage: Stage): Promise<string>;
}
