import type { GivenNetwork, GivenRule } from '../../client/Given.ts';
import { RULE_MS_MAX } from '../../shared/http/Rule.ts';
import type { Change } from './readChanges.ts';

type Rules = Readonly<Record<string, GivenRule>>;

/**
 * A change as it has to be when time goes so many times as fast: at its time, and with the times that say when a rule begins, ends
 * and flaps, and how long a peer is refused. Delays stay as they are: what they do to the peers depends on the peers' timers, which
 * are not faster.
 */
export function atSpeed(change: Change, speed: number): Change {
  if (speed === 1) return change;
  const { act } = change;
  const atMs = change.atMs / speed;
  if (act.type === 'cut') return { ...change, atMs, act: { ...act, forMs: act.forMs / speed } };
  if (act.type !== 'apply') return { ...change, atMs };
  return { ...change, atMs, act: { ...act, request: networkAt(act.request, speed) } };
}

function networkAt({ rules, profile, ...others }: GivenNetwork, speed: number): GivenNetwork {
  return {
    ...others,
    ...(rules === undefined ? {} : { rules: rulesAt(rules, speed) }),
    ...(profile === undefined
      ? {}
      : { profile: profile.rules === undefined ? profile : { ...profile, rules: rulesAt(profile.rules, speed) } }),
  };
}

function rulesAt(rules: Rules, speed: number): Rules {
  return Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, ruleAt(rule, speed)]));
}

/** Within what the relay takes: a day at most, and where 0 makes no sense a millisecond at least. */
function ruleAt({ startAfterMs, ttlMs, flap, ...rule }: GivenRule, speed: number): GivenRule {
  const scaled = (ms: number, least = 0): number => Math.min(RULE_MS_MAX, Math.max(least, ms / speed));
  return {
    ...rule,
    ...(startAfterMs === undefined ? {} : { startAfterMs: scaled(startAfterMs) }),
    ...(ttlMs === undefined ? {} : { ttlMs: scaled(ttlMs, 1) }),
    ...(flap === undefined ? {} : { flap: { onMs: scaled(flap.onMs, 1), offMs: scaled(flap.offMs, 1) } }),
  };
}
