import type { PlannedCopy } from '../../server/faults/judge.ts';
import type { LinkFaults } from '../../server/faults/LinkFaults.ts';
import type { RuleInForce } from '../../server/faults/RuleInForce.ts';

interface Waiting {
  readonly link: LinkFaults;
  readonly copy: PlannedCopy;
  readonly payload: number;
  readonly sinceMs: number;
  order: number;
  atMs: number;
}

/** What a FrameQueue means, done in the plainest way: one list, which is searched and sorted at each change. */
export class SortedFrameQueue {
  #due: Waiting[] = [];
  readonly #held = new Map<RuleInForce, Waiting[]>();
  /** Shares of delays whose rules are gone. */
  readonly #gone = new Set<Waiting['copy']['delayedBy'][number]>();
  /** Who took the place of a rule. */
  readonly #heirs = new Map<RuleInForce, RuleInForce>();
  #order = 0;

  get delayedCount(): number {
    return this.#due.length;
  }

  get heldCount(): number {
    return [...this.#held.values()].reduce((sum, { length }) => sum + length, 0);
  }

  add(link: LinkFaults, copy: PlannedCopy, payload: number, nowMs: number): void {
    this.#order += 1;
    const waiting = { link, copy, payload, sinceMs: nowMs, order: this.#order, atMs: copy.atMs ?? nowMs };
    if (copy.heldBy === undefined) this.#due.push(waiting);
    else this.#held.set(copy.heldBy, [...(this.#held.get(copy.heldBy) ?? []), waiting]);
  }

  takeDue(nowMs: number): number | undefined {
    const [first] = this.#sorted(({ atMs }) => atMs <= nowMs);
    this.#due = this.#due.filter((waiting) => waiting !== first);
    return first?.payload;
  }

  takeDelayed(isMeant: (payload: number) => boolean, nowMs: number): number[] {
    const taken = this.#sorted(({ payload }) => isMeant(payload));
    this.#due = this.#due.filter((waiting) => !taken.includes(waiting));
    const links = new Set(taken.map(({ link }) => link));
    this.#again(
      this.#sorted(({ copy, link }) => copy.inOrder && links.has(link)),
      (waiting) => Math.max(nowMs, this.#dueMs(waiting)),
    );
    return taken.map(({ payload }) => payload);
  }

  takeHeld(rule: RuleInForce): number[] {
    const frames = this.#held.get(rule) ?? [];
    this.#held.delete(rule);
    return frames.map(({ payload }) => payload);
  }

  release(rule: RuleInForce, nowMs: number, framesMax: number): number {
    const frames = this.#held.get(rule) ?? [];
    this.#held.set(rule, frames.slice(framesMax));
    this.#again(frames.slice(0, framesMax), (waiting) => Math.max(nowMs, this.#dueMs(waiting)));
    return Math.min(frames.length, framesMax);
  }

  releaseAll(nowMs: number): void {
    const held = [...this.#held.values()].flat();
    this.#held.clear();
    this.#again(
      held.sort((one, other) => one.order - other.order),
      () => nowMs,
    );
    this.#again(
      this.#sorted(() => true),
      () => nowMs,
    );
  }

  withoutDelayOf(rule: RuleInForce, nowMs: number): void {
    const isDelayed = ({ copy }: Waiting): boolean => copy.delayedBy.some((share) => this.#ruleOf(share.rule) === rule);
    const links = new Set(this.#due.filter(isDelayed).map(({ link }) => link));
    for (const { copy } of [...this.#due, ...[...this.#held.values()].flat()])
      for (const share of copy.delayedBy) if (this.#ruleOf(share.rule) === rule) this.#gone.add(share);
    this.#again(
      this.#sorted((waiting) => isDelayed(waiting) || (waiting.copy.inOrder && links.has(waiting.link))),
      (waiting) => Math.max(nowMs, this.#dueMs(waiting)),
    );
  }

  handOver(from: RuleInForce, to: RuleInForce): void {
    const held = this.#held.get(from);
    if (held !== undefined) this.#held.set(to, held);
    this.#held.delete(from);
    this.#heirs.set(from, to);
  }

  #ruleOf(rule: RuleInForce): RuleInForce {
    const heir = this.#heirs.get(rule);
    return heir === undefined ? rule : this.#ruleOf(heir);
  }

  #sorted(isMeant: (waiting: Waiting) => boolean): Waiting[] {
    return this.#due.filter(isMeant).sort((one, other) => one.atMs - other.atMs || one.order - other.order);
  }

  #again(frames: readonly Waiting[], atMsOf: (waiting: Waiting) => number): void {
    this.#due = this.#due.filter((waiting) => !frames.includes(waiting));
    for (const waiting of frames) {
      this.#order += 1;
      waiting.order = this.#order;
      const { link, copy } = waiting;
      const inFront = this.#due.filter((other) => other.copy.inOrder && other.link === link).map(({ atMs }) => atMs);
      waiting.atMs = Math.max(atMsOf(waiting), ...(copy.inOrder ? inFront : []));
      this.#due.push(waiting);
    }
  }

  #dueMs({ sinceMs, copy: { delayedBy } }: Waiting): number {
    const shares = delayedBy.filter((share) => !this.#gone.has(share));
    const bandwidthMs = Math.max(0, ...shares.flatMap(({ isBandwidth, byMs }) => (isBandwidth ? [byMs] : [])));
    return shares.reduce((sum, { isBandwidth, byMs }) => (isBandwidth ? sum : sum + byMs), sinceMs + bandwidthMs);
  }
}
