import { DELAY_MS_MAX } from '../../shared/delay.ts';
import type { Fault } from '../../shared/http/Rule.ts';
import type { Damage } from './damage.ts';
import type { DelayShare, Fate, PlannedCopy, Strike } from './judge.ts';
import type { LinkFaults } from './LinkFaults.ts';
import type { RuleInForce } from './RuleInForce.ts';

/** Copies of one frame, whatever the rules that make them: many rules must not make a flood of one frame. */
export const COPIES_MAX = 100;

const NOBODY: readonly DelayShare[] = [];
const NO_STRIKES: readonly Strike[] = [];

/** How much later than the frame a copy comes, and by which rule. */
interface LateCopy {
  readonly rule: RuleInForce;
  readonly lateMs: number | undefined;
}

/** The fate of a frame that no rule strikes, but that must not overtake those in front of it. */
export function behind(link: LinkFaults): Fate {
  const copy = { atMs: link.lastAtMs, heldBy: undefined, delayedBy: NOBODY, damage: undefined, inOrder: true };
  return { type: 'planned', copies: [copy], strikes: NO_STRIKES };
}

/**
 * What the rules that strike a frame have in mind for it, up to now. Every delayed frame makes one: it allocates what it needs
 * only, and spreads nothing.
 */
export class Plan {
  readonly strikes: Strike[] = [];
  #atMs: number;
  #delayMs = 0;
  #heldBy: RuleInForce | undefined;
  #damage: Damage | undefined;
  #inOrder = true;
  #delayedBy: DelayShare[] | undefined;
  readonly #nowMs: number;
  /** One for each copy beside the frame. */
  #copiesMs: LateCopy[] | undefined;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
    this.#atMs = nowMs;
  }

  /** Counts and notes that a rule struck. @returns all strikes up to now */
  struck(rule: RuleInForce, fault: Fault): readonly Strike[] {
    rule.hits[fault] += 1;
    this.strikes.push({ rule, fault });
    return this.strikes;
  }

  /** Several bandwidths are used at once: the slowest counts. */
  notBefore(rule: RuleInForce, atMs: number): void {
    this.#late({ rule, byMs: atMs - this.#nowMs, isBandwidth: true });
    this.#atMs = Math.max(this.#atMs, atMs);
  }

  /** The first that holds a frame has it: that one's release is its release. */
  hold(rule: RuleInForce): void {
    this.struck(rule, 'hold');
    this.#heldBy ??= rule;
  }

  delay(rule: RuleInForce, ms: number): void {
    this.struck(rule, 'delay');
    this.#later(rule, ms);
  }

  reorder(rule: RuleInForce, ms: number): void {
    this.struck(rule, 'reorder');
    this.#inOrder = false;
    this.#later(rule, ms);
  }

  corrupt(rule: RuleInForce, damage: Damage): void {
    this.struck(rule, 'corrupt');
    this.#damage ??= damage;
  }

  /** @param copiesMs of each copy, how much later it comes; undefined for right behind the frame */
  duplicate(rule: RuleInForce, copiesMs: readonly (number | undefined)[]): void {
    this.struck(rule, 'duplicate');
    this.#copiesMs ??= [];
    const room = COPIES_MAX - this.#copiesMs.length;
    this.#copiesMs.push(...copiesMs.slice(0, room).map((lateMs) => ({ rule, lateMs })));
  }

  /** Ends the plan, and gives the frame its place on the link. */
  fate(link: LinkFaults): Fate {
    const first = this.#first(link);
    const copies =
      this.#copiesMs === undefined ? [first] : [first, ...this.#copiesMs.map((late) => copyOf(first, late))];
    return { type: 'planned', copies, strikes: this.strikes };
  }

  #first(link: LinkFaults): PlannedCopy {
    const heldBy = this.#heldBy;
    const delayedBy = this.#delayedBy ?? NOBODY;
    const damage = this.#damage;
    const inOrder = this.#inOrder;
    if (heldBy !== undefined) return { atMs: undefined, heldBy, delayedBy, damage, inOrder };
    let atMs = this.#atMs + Math.min(this.#delayMs, DELAY_MS_MAX);
    if (inOrder) {
      if (link.lastAtMs > atMs) atMs = link.lastAtMs;
      else link.lastAtMs = atMs;
    }
    return { atMs, heldBy: undefined, delayedBy, damage, inOrder };
  }

  #later(rule: RuleInForce, ms: number): void {
    this.#late({ rule, byMs: ms, isBandwidth: false });
    this.#delayMs += ms;
  }

  #late(share: DelayShare): void {
    if (this.#delayedBy === undefined) this.#delayedBy = [share];
    else this.#delayedBy.push(share);
  }
}

/** A copy comes right behind, or later and then out of order; with a frame that is held, it is held. */
function copyOf(first: PlannedCopy, { rule, lateMs }: LateCopy): PlannedCopy {
  if (lateMs === undefined || first.atMs === undefined) return first;
  const { heldBy, damage } = first;
  const delayedBy = [...first.delayedBy, { rule, byMs: lateMs, isBandwidth: false }];
  return { atMs: first.atMs + lateMs, heldBy, delayedBy, damage, inOrder: false };
}
