import type { GivenProfile } from '../../client/Given.ts';
import type { Action } from './Action.ts';
import type { Condition } from '../../client/scenario/conditionTypes.ts';
import type { Look } from '../../client/scenario/Look.ts';
import type { Remembered } from '../../client/scenario/remembered.ts';
import type { Stage } from '../../client/scenario/Stage.ts';

/** What a step has is done in the order of its fields here. */
export interface Step {
  /** Such as `steps[3]`. */
  readonly place: string;
  readonly say: string | undefined;
  /** Not before this time since the scenario's beginning. */
  readonly atMs: number | undefined;
  readonly actions: readonly Action[];
  readonly waitMs: number | undefined;
  readonly until: readonly Condition[];
  readonly expect: readonly Condition[];
  readonly remember: readonly (readonly [name: string, what: Remembered])[];
  /** What a page shows when the step is done; a run passes it over. */
  readonly look: Look | undefined;
  readonly repeat: { readonly times: number; readonly steps: readonly Step[] } | undefined;
}

export interface Scenario {
  readonly name: string;
  readonly about: string;
  readonly file: string;
  readonly peers: readonly string[];
  /** How its peers are started: flags of `whitewater up`, as text, by the settings' names. */
  readonly flags: ReadonlyMap<string, string>;
  readonly seed: string | undefined;
  readonly profile: { readonly name: string; request(stage: Stage): Promise<GivenProfile> } | undefined;
  /** The whole of it may take no longer. */
  readonly timeoutMs: number;
  readonly steps: readonly Step[];
  /** The first place that ends or starts a process; undefined when none does. */
  readonly needsProcesses: string | undefined;
}
