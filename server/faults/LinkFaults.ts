import { hashText, type TextHash } from './Draws.ts';
import type { Faults } from './Faults.ts';
import type { JudgedEndpoint } from './JudgedEndpoint.ts';
import { type CompiledPartition, cutsLink, isAbsent, isAbsentBetween, mayLose } from './partition.ts';
import type { CompiledRule, RuleInForce } from './RuleInForce.ts';
import { beginOnLink, type RuleOnLink } from './RuleOnLink.ts';
import { isNow } from './selector.ts';

/**
 * What the fault engine knows of one directed link: how many frames it has had, where each rule stands with it, and up to
 * when its frames are under way.
 *
 * Which rules can mean the link is found out once for each set of faults, and whether the partition cuts it once for each
 * partition, not for each frame.
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
  #seedEpoch = -1;
  #frames = 0;
  #key: TextHash = { low: 0, high: 0 };
  #rules: readonly RuleOnLink[] = [];
  /** Whose rules these are. */
  #faults: Faults | undefined;
  /** What was found out about it stands in the next two. */
  #partition: CompiledPartition | undefined;
  #isCut = false;
  #mayBeAbsent = false;
  /** What the two ends were then: a client may turn out to be a voter. */
  #fromIsClient = false;
  #toIsClient = false;

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
    this.#forgetOtherEnds();
    if (this.#faults !== faults) this.#adoptRules(faults);
    this.#frames += 1;
    return this.#rules;
  }

  /** Where the link stands with a rule, or with one whose place it took or will take. */
  standingWith({ lineage }: RuleInForce): RuleOnLink | undefined {
    return this.#rules.find(({ rule }) => rule.lineage === lineage);
  }

  /** Whether the partition keeps frames from passing at this moment. */
  isCut({ partition }: Faults, nowMs: number): boolean {
    if (partition === undefined) return false;
    this.#forgetOtherEnds();
    if (this.#partition !== partition) this.#adoptPartition(partition);
    if (this.#isCut) return true;
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

  #forgetOtherEnds(): void {
    const { from, to } = this;
    if (this.#fromIsClient === from.isClient && this.#toIsClient === to.isClient) return;
    this.#fromIsClient = from.isClient;
    this.#toIsClient = to.isClient;
    this.#faults = undefined;
    this.#partition = undefined;
  }

  #adoptRules(faults: Faults): void {
    const before = this.#rules;
    if (this.#seedEpoch !== faults.seedEpoch) this.#beginAnew(faults);
    this.#faults = faults;
    const remembering = this.#rules.filter(({ compiled }) => compiled.remembers);
    const known = new Map(remembering.map((one) => [one.rule, one]));
    this.#rules = faults.rules
      .filter(({ compiled }) => compiled.touchesFrames && this.#mayMean(compiled))
      .map((rule) => known.get(rule) ?? beginOnLink(rule, before));
  }

  /** Apart from the rules: whoever settles what waits asks a hundred thousand links for nothing but this. */
  #adoptPartition(partition: CompiledPartition): void {
    this.#partition = partition;
    this.#isCut = cutsLink(partition, this.from, this.to);
    this.#mayBeAbsent = mayLose(partition, this.from, this.to);
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
