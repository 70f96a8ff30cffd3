import { DELAY_MS_MAX } from '../../shared/delay.ts';
import type { Fault } from '../../shared/http/Rule.ts';
import type { Damage } from './damage.ts';
import type { DelayShare, Fate, PlannedCopy, Strike } from './judge.ts';
import type { LinkFaults } from './LinkFaults.ts';
import type { RuleInForce } from './RuleInForce.ts';

/** Copies of one frame, whatever the rules that make them: many rules must not make a flood of one frame. */
export const COPIES_MAX = 100;

/** What the rules that strike a frame have in mind for it, up to now. */
export class Plan {
  readonly strikes: Strike[] = [];
  #bandwidthAtMs: number;
  #delayMs = 0;
  #heldBy: RuleInForce | undefined;
  #damage: Damage | undefined;
  #inOrder = true;
  readonly #delayedBy: DelayShare[] = [];
  readonly #nowMs: number;
  /** One for each copy beside the frame: how much later it comes; undefined for right behind it. */
  readonly #copiesMs: (number | undefined)[] = [];

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
    this.#bandwidthAtMs = nowMs;
  }

  /** Counts and notes that a rule struck. @returns all strikes up to now */
  struck(rule: RuleInForce, fault: Fault): readonly Strike[] {
    rule.hits[fault] += 1;
    this.strikes.push({ rule, fault });
    return this.strikes;
  }

  /** Several bandwidths are used at once: the slowest counts. */
  notBefore(rule: RuleInForce, atMs: number): void {
    this.#delayedBy.push({ rule, byMs: atMs - this.#nowMs });
    this.#bandwidthAtMs = Math.max(this.#bandwidthAtMs, atMs);
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

  duplicate(rule: RuleInForce, copiesMs: readonly (number | undefined)[]): void {
    this.struck(rule, 'duplicate');
    this.#copiesMs.push(...copiesMs.slice(0, COPIES_MAX - this.#copiesMs.length));
  }

  /** Ends the plan, and gives the frame its place on the link. */
  fate(link: LinkFaults): Fate {
    return { type: 'planned', copies: this.#copies(link), strikes: this.strikes };
  }

  /** Copies of a frame that is held are held with it. What is held has no place on its link until it is let go: what comes behind passes. */
  #copies(link: LinkFaults): PlannedCopy[] {
    const heldBy = this.#heldBy;
    const frame = { heldBy, delayedBy: this.#delayedBy, damage: this.#damage };
    if (heldBy !== undefined) {
      const held: PlannedCopy = { ...frame, atMs: undefined, inOrder: this.#inOrder };
      return [held, ...this.#copiesMs.map(() => held)];
    }
    const atMs = this.#atMs(link);
    const copies: PlannedCopy[] = [{ ...frame, atMs, inOrder: this.#inOrder }];
    for (const lateMs of this.#copiesMs) {
      if (lateMs === undefined) copies.push({ ...frame, atMs, inOrder: this.#inOrder });
      else copies.push({ ...frame, atMs: atMs + lateMs, inOrder: false });
    }
    return copies;
  }

  #atMs(link: LinkFaults): number {
    const atMs = this.#bandwidthAtMs + Math.min(this.#delayMs, DELAY_MS_MAX);
    if (!this.#inOrder) return atMs;
    link.lastAtMs = Math.max(link.lastAtMs, atMs);
    return link.lastAtMs;
  }

  #later(rule: RuleInForce, ms: number): void {
    this.#delayedBy.push({ rule, byMs: ms });
    this.#delayMs += ms;
  }
}
