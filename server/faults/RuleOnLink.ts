import type { CompiledRule, RuleInForce } from './RuleInForce.ts';

/** What one rule remembers of one directed link. */
export class RuleOnLink {
  readonly rule: RuleInForce;
  /** The rule's, one step nearer for each frame. */
  readonly compiled: CompiledRule;
  /** Frames that a rule which counts meant on this link. */
  #meant = 0;
  /** Of these, the ones that `skip` and `every` left over. */
  #chosen = 0;
  /** Loss in bursts: the link's state. It begins good. */
  isBad = false;
  /** Bandwidth: since when the link has been busy without a pause, and how many bytes it was given since then. */
  busySinceMs = -Infinity;
  busyBytes = 0;

  constructor(rule: RuleInForce) {
    this.rule = rule;
    this.compiled = rule.compiled;
  }

  /**
   * Goes on sending where another left off, whose frames are still under way: at its own rate from when it was put in force. Times of
   * the same rate stay as they are, in whole bytes.
   */
  takeOverBandwidth(before: RuleOnLink): void {
    const { compiled, sinceMs } = this.rule;
    const rateBefore = before.rule.compiled.rate;
    if (rateBefore === undefined || compiled.rate === undefined || before.busyBytes === 0) return;
    const isSameRate = rateBefore.bytesPerMs === compiled.rate.bytesPerMs;
    this.busySinceMs = isSameRate ? before.busySinceMs : sinceMs;
    const leftBytes = before.busyBytes - (sinceMs - before.busySinceMs) * rateBefore.bytesPerMs;
    this.busyBytes = isSameRate ? before.busyBytes : Math.max(0, leftBytes);
  }

  /** What it was given is lost, as far as it would leave later than then. */
  endBandwidthBy(untilMs: number): void {
    const bytesPerMs = this.rule.compiled.rate?.bytesPerMs ?? 0;
    this.busyBytes = Math.min(this.busyBytes, Math.max(0, (untilMs - this.busySinceMs) * bytesPerMs));
  }

  /** Counts one more frame that the rule means. @returns whether `skip`, `every` and `first` choose it */
  chooses(): boolean {
    const { skip, every, first } = this.compiled;
    this.#meant += 1;
    if (this.#meant <= skip || (this.#meant - skip) % every !== 0) return false;
    this.#chosen += 1;
    return this.#chosen <= first;
  }
}

/**
 * Where a link stands with a rule, one to whom the rule is new, at least since it was put in force. A rule that remembers nothing of
 * a link has one of these for all of them: there may be 256 rules, and a million links.
 * @param before what the link had until now
 */
export function beginOnLink(rule: RuleInForce, before: readonly RuleOnLink[]): RuleOnLink {
  if (!rule.compiled.remembers) return onAnyLink(rule);
  const one = new RuleOnLink(rule);
  if (rule.compiled.rate === undefined) return one;
  const older = before.find((other) => other.rule.lineage === rule.lineage);
  if (older !== undefined) one.takeOverBandwidth(older);
  return one;
}

const ON_ANY_LINK = new WeakMap<RuleInForce, RuleOnLink>();

function onAnyLink(rule: RuleInForce): RuleOnLink {
  const known = ON_ANY_LINK.get(rule) ?? new RuleOnLink(rule);
  ON_ANY_LINK.set(rule, known);
  return known;
}
