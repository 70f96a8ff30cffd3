import type { NetworkView, RuleView } from '../../shared/http/Network.ts';
import type { Faults } from '../faults/Faults.ts';
import type { RuleInForce } from '../faults/RuleInForce.ts';

export function networkView(
  { epoch, seed, profile, partition, rules }: Faults,
  { delayedCount, heldCount }: { readonly delayedCount: number; readonly heldCount: number },
  nowMs: number,
): NetworkView {
  return {
    ...{ epoch, seed, profile: profile.source, partition: partition?.source ?? null },
    rules: rules.map((rule) => ruleView(rule, nowMs)),
    ...{ delayed: delayedCount, held: heldCount },
  };
}

/** @param nowMs the relay's clock, by which the age is reckoned; it is whole milliseconds */
export function ruleView(
  { name, source, ofProfile, sinceEpoch, sinceMs, matched, hits }: RuleInForce,
  nowMs: number,
): RuleView {
  const ageMs = Math.max(0, Math.round(nowMs - sinceMs));
  return { name, rule: source, ofProfile, sinceEpoch, ageMs, matched, hits: { ...hits } };
}
