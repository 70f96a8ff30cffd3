import { hashText, type TextHash } from './Draws.ts';
import type { Faults } from './Faults.ts';
import type { JudgedEndpoint } from './JudgedEndpoint.ts';
import { cutsLink, isAbsent, isAbsentBetween, mayLose } from './partition.ts';
import type { CompiledRule, RuleInForce } from './RuleInForce.ts';
import { isNow } from './selector.ts';

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
 * What the fault engine knows of one directed link: how many frames it has had, where each rule stands with it, and up to
 * when its frames are under way.
 *
 * Which rules can mean the link is found out once for each set of faults, not for each frame.
 */
export class LinkFaults {
  readonly from: JudgedEndpoint;
  /** May be a stand-in of that id, until somebody of it is known. */
  to: JudgedEndpoint;
  /**
   * No frame that keeps the order is delivered before this time, in the milliseconds of `judge`. Whoever lets frames go early,
   * or drops them on their way, sets it to the time of the last one that still waits, or to -Infinity.
   */
  lastAtMs = -Infinity;
  /** Frames that keep the order and wait, counted by whoever has them. */
  waitingInOrder = 0;
  readonly #ids: string;
  #faults: Faults | undefined;
  #seedEpoch = -1;
  #frames = 0;
  #key: TextHash = { low: 0, high: 0 };
  #rules: readonly RuleOnLink[] = [];
  /** What the two ends were then: a client may turn out to be a voter. */
  #fromIsClient = false;
  #toIsClient = false;
  #isCut = false;
  #mayBeAbsent = false;

  constructor(from: JudgedEndpoint, to: JudgedEndpoint) {
    this.from = from;
    this.to = to;
    // No id has a space: no two links have one text.
    this.#ids = `${from.id} ${to.id}`;
  }

  /** Frames that were judged since the seed was set. The number of the one that is judged. */
  get frames(): number {
    return this.#frames;
  }

  /** Stands for the seed and the two ids. */
  get key(): TextHash {
    return this.#key;
  }

  /**
   * Counts a frame.
   * @returns the rules that may mean it, as far as ids tell
   */
  nextFrame(faults: Faults): readonly RuleOnLink[] {
    if (!this.#hasAdopted(faults)) this.#adopt(faults);
    this.#frames += 1;
    return this.#rules;
  }

  /** Where the link stands with a rule, or with one whose place it took or will take. */
  standingWith({ lineage }: RuleInForce): RuleOnLink | undefined {
    return this.#rules.find(({ rule }) => rule.lineage === lineage);
  }

  /** Whether the partition keeps frames from passing at this moment. */
  isCut(faults: Faults, nowMs: number): boolean {
    if (!this.#hasAdopted(faults)) this.#adopt(faults);
    const { partition } = faults;
    if (partition === undefined || this.#isCut) return this.#isCut;
    return this.#mayBeAbsent && (isAbsent(partition, this.from.id, nowMs) || isAbsent(partition, this.to.id, nowMs));
  }

  /** Whether the partition has kept frames from passing at any moment between the two times. */
  wasCut(faults: Faults, fromMs: number, untilMs: number): boolean {
    return this.isCut(faults, untilMs) || this.wasAbsent(faults, fromMs, untilMs);
  }

  /** Whether the network lost one of the two ends for a while between the two times. */
  wasAbsent({ partition }: Faults, fromMs: number, untilMs: number): boolean {
    if (partition === undefined || !mayLose(partition, this.from, this.to)) return false;
    return [this.from, this.to].some(({ id }) => isAbsentBetween(partition, id, fromMs, untilMs));
  }

  #hasAdopted(faults: Faults): boolean {
    if (this.#faults !== faults) return false;
    return this.#fromIsClient === this.from.isClient && this.#toIsClient === this.to.isClient;
  }

  #adopt(faults: Faults): void {
    this.#fromIsClient = this.from.isClient;
    this.#toIsClient = this.to.isClient;
    const before = this.#rules;
    if (this.#seedEpoch !== faults.seedEpoch) this.#beginAnew(faults);
    this.#faults = faults;
    const known = new Map(this.#rules.map((one) => [one.rule, one]));
    this.#rules = faults.rules
      .filter(({ compiled }) => compiled.touchesFrames && this.#mayMean(compiled))
      .map((rule) => known.get(rule) ?? begun(rule, before));
    const { partition } = faults;
    this.#isCut = partition !== undefined && cutsLink(partition, this.from, this.to);
    this.#mayBeAbsent = partition !== undefined && mayLose(partition, this.from, this.to);
  }

  /**
   * All but what is under way, its order and the bandwidth that it waits for: no promise of a seed is worth a frame that overtakes
   * another, or a queue beyond its bound.
   */
  #beginAnew({ seed, seedEpoch }: Faults): void {
    this.#seedEpoch = seedEpoch;
    this.#frames = 0;
    this.#rules = [];
    this.#key = hashText(`${seed} ${this.#ids}`);
  }

  #mayMean({ from, to, both }: CompiledRule): boolean {
    const there = from.mayMean(this.from) && to.mayMean(this.to);
    return there || (both && from.mayMean(this.to) && to.mayMean(this.from));
  }

  /** Whether the link's ends are at the moment what a rule with words for roles asks for. */
  hasRolesOf({ from, to, both }: CompiledRule): boolean {
    const there = from.mayMean(this.from) && to.mayMean(this.to) && isNow(from, this.from) && isNow(to, this.to);
    if (there || !both) return there;
    return from.mayMean(this.to) && to.mayMean(this.from) && isNow(from, this.to) && isNow(to, this.from);
  }
}

/** A rule that a link has not had, at least not since it was put in force. @param before what the link had until now */
function begun(rule: RuleInForce, before: readonly RuleOnLink[]): RuleOnLink {
  const one = new RuleOnLink(rule);
  if (rule.compiled.rate === undefined) return one;
  const older = before.find((other) => other.rule.lineage === rule.lineage);
  if (older !== undefined) one.takeOverBandwidth(older);
  return one;
}
