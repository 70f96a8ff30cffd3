import type { NetworkView, RuleView } from '../../../../shared/http/Network.ts';
import type { Rule } from '../../../../shared/http/Rule.ts';

/** What the page's sliders and scissors say of a link. */
export interface LinkFaults {
  readonly drop?: number;
  readonly delay?: string;
  readonly reorder?: number;
  readonly duplicate?: number;
  readonly hold?: boolean;
  readonly both?: boolean;
}

/** Rules besides those of the profile. */
export function rulesOf(network: NetworkView | null): readonly RuleView[] {
  return network?.rules.filter(({ ofProfile }) => !ofProfile) ?? [];
}

/** What the page and the command line can say of a rule; what else it does is left out, and would be gone with a new one. */
export function faultsOf({ drop, delay, reorder, duplicate, hold, both }: Rule): LinkFaults {
  return {
    ...(typeof drop === 'number' ? { drop } : {}),
    ...(typeof delay === 'string' ? { delay } : {}),
    ...(typeof reorder === 'number' ? { reorder } : {}),
    ...(typeof duplicate === 'number' ? { duplicate } : {}),
    ...(hold === true ? { hold } : {}),
    ...(both === true ? { both } : {}),
  };
}

/** The time of a delay that is always the same, in milliseconds; null of one that is drawn. */
export function delayMsOf(delay: string | undefined): number | null {
  if (delay === undefined) return 0;
  const found = /^(\d+(?:\.\d+)?)(ms|s)$/.exec(delay);
  return found === null ? null : Number(found[1]) * (found[2] === 's' ? 1000 : 1);
}

/** Whether nothing passes by this rule, from one to the other and at all times. */
export function cutsAll({ drop, types, skip, every, first, probability, flap, startAfterMs }: Rule): boolean {
  const isWhole = [types, skip, every, first, probability, flap, startAfterMs].every((limit) => limit === undefined);
  return isWhole && drop === 1;
}
