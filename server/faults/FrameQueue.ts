import { DueFrames } from './DueFrames.ts';
import { giveBackBandwidth } from './giveBack.ts';
import type { RuleInForce } from './RuleInForce.ts';
import type { PlannedCopy } from './judge.ts';
import type { LinkFaults } from './LinkFaults.ts';

/** A copy of a frame that waits for its time, or for its release. */
export interface WaitingCopy<Payload> {
  readonly link: LinkFaults;
  /** Its `heldBy` is who held it first: see `handOver`. */
  readonly copy: PlannedCopy;
  readonly payload: Payload;
  readonly bytes: number;
  /** When the frame came. */
  readonly sinceMs: number;
  /** Since when it is on its way: when it came or, of one that was held, when it was let go. */
  underWayMs: number;
  /** In the order of their planning, for those that come due at the same time. */
  order: number;
  /** When it is due; of one that is held, when it came. */
  atMs: number;
}

export interface FrameQueueLimits {
  /** Copies that may wait, and their bytes with what stands around them in memory. */
  readonly framesMax: number;
  readonly bytesMax: number;
  /** What all queues together take, and may take. */
  readonly total?: { bytes: number; readonly bytesMax: number };
}

/** What a copy takes in memory besides its bytes, and for each rule that makes it later, about. */
export const COPY_OVERHEAD_BYTES = 250;
const SHARE_BYTES = 80;

/**
 * The frames of one cluster that wait: for their time, or until the rule that holds them lets them go. It has no clock: it is
 * told the time, and tells when it wants to be asked again.
 *
 * Copies of one link that keep the order come in the order in which they were planned. What is held stands outside of the
 * order: what comes behind it passes.
 */
export class FrameQueue<Payload> {
  readonly #limits: FrameQueueLimits;
  readonly #frameOf: (payload: Payload) => unknown;
  readonly #due = new DueFrames<WaitingCopy<Payload>>();
  readonly #held = new Map<RuleInForce, WaitingCopy<Payload>[]>();
  #heldCount = 0;
  #bytes = 0;
  #order = 0;

  /** @param frameOf the same for all copies of one frame, and for no others; told nothing, the payload stands for its frame */
  constructor(limits: FrameQueueLimits, frameOf: (payload: Payload) => unknown = (payload) => payload) {
    this.#limits = limits;
    this.#frameOf = frameOf;
  }

  get delayedCount(): number {
    return this.#due.size;
  }

  get heldCount(): number {
    return this.#heldCount;
  }

  /** When the next one is due; undefined when none waits for a time. */
  get nextAtMs(): number | undefined {
    return this.#due.first?.atMs;
  }

  /** Whether there is room for a copy of that many bytes. */
  admits(bytes: number, copy: Pick<PlannedCopy, 'delayedBy'>): boolean {
    const { framesMax, bytesMax, total } = this.#limits;
    const more = memoryOf({ bytes, copy });
    if (this.#due.size + this.#heldCount >= framesMax || this.#bytes + more > bytesMax) return false;
    return total === undefined || total.bytes + more <= total.bytesMax;
  }

  /** Takes a copy that was planned; ask `admits` before. */
  add(link: LinkFaults, copy: PlannedCopy, payload: Payload, bytes: number, nowMs: number): void {
    this.#order += 1;
    const atMs = copy.atMs ?? nowMs;
    const waiting: WaitingCopy<Payload> = {
      ...{ link, copy, payload, bytes, sinceMs: nowMs, underWayMs: nowMs, order: this.#order, atMs },
    };
    this.#count(memoryOf(waiting));
    if (copy.heldBy === undefined) this.#due.add(waiting);
    else this.#hold(copy.heldBy, waiting);
  }

  /** What waits, in no order. @param visit whether a rule holds it is told too */
  forEachWaiting(visit: (waiting: WaitingCopy<Payload>, isHeld: boolean) => void): void {
    this.#due.forEach((waiting) => visit(waiting, false));
    for (const frames of this.#held.values()) for (const waiting of frames) visit(waiting, true);
  }

  /** What waits, the next due first, and behind it what is held, as it came. It stays where it is. */
  *waiting(countMax: number): Generator<{ readonly waiting: WaitingCopy<Payload>; readonly isHeld: boolean }, void> {
    let due: WaitingCopy<Payload>[] = [];
    let latestMs = Infinity;
    const trim = (): void => {
      due = due.sort((one, other) => one.atMs - other.atMs || byOrder(one, other)).slice(0, countMax);
    };
    this.#due.forEach((waiting) => {
      if (waiting.atMs > latestMs) return;
      due.push(waiting);
      // A hundred thousand may wait: they are not sorted for the sake of a few.
      if (due.length < 2 * countMax + 2) return;
      trim();
      latestMs = due.at(-1)?.atMs ?? latestMs;
    });
    trim();
    for (const waiting of due) yield { waiting, isHeld: false };
    const room = countMax - due.length;
    if (room === 0) return;
    const held = [...this.#held.values()].flatMap((frames) => frames.slice(0, room)).sort(byOrder);
    for (const waiting of held.slice(0, room)) yield { waiting, isHeld: true };
  }

  /** Takes the next one that is due; undefined when none is. */
  takeDue(nowMs: number): WaitingCopy<Payload> | undefined {
    const { first } = this.#due;
    if (first === undefined || first.atMs > nowMs) return undefined;
    this.#due.take();
    this.#gone(first);
    return first;
  }

  /**
   * Takes away, without delivering them, those that are delayed and meant. What is behind them does not wait for them any more: it
   * comes as early as its own delays let it.
   */
  takeDelayed(isMeant: (waiting: WaitingCopy<Payload>) => boolean, nowMs: number): WaitingCopy<Payload>[] {
    const taken = this.#due.takeAll(isMeant);
    this.#lost(taken, nowMs);
    const links = new Set(taken.map(({ link }) => link));
    if (links.size === 0) return taken;
    const isMoved = { link: (link: LinkFaults) => links.has(link), apart: () => false };
    this.#due.reschedule(isMoved, (waiting) => Math.max(nowMs, dueMs(waiting)));
    return taken;
  }

  /** Takes away everything, without delivering it. */
  takeAll(nowMs: number): WaitingCopy<Payload>[] {
    return [
      ...this.takeDelayed(() => true, nowMs),
      ...[...this.#held.keys()].flatMap((rule) => this.takeHeld(rule, nowMs)),
    ];
  }

  /**
   * Everything is due now, each link's frames in their order: whatever was to wait waits no longer, and behind it comes what was held,
   * by whatever rules, in the order in which it came.
   */
  releaseAll(nowMs: number): void {
    const held = [...this.#held.values()].flat().sort(byOrder);
    this.#held.clear();
    this.#heldCount = 0;
    for (const waiting of held) waiting.underWayMs = nowMs;
    this.#requeue(held, () => nowMs);
    this.#due.reschedule(ALL, () => nowMs);
  }

  /** Takes away, without delivering them, those that a rule holds. */
  takeHeld(rule: RuleInForce, nowMs: number): WaitingCopy<Payload>[] {
    const frames = this.#held.get(rule) ?? [];
    this.#held.delete(rule);
    this.#heldCount -= frames.length;
    this.#lost(frames, nowMs);
    return frames;
  }

  /**
   * Lets go what a rule holds: due now, or when the other rules' delays are over.
   * @param framesMax the first so many of them, with all their copies
   * @param arranged puts them into another order
   * @param isLost told of each that is let go; if true it goes nowhere, and is gone
   * @returns how many frames
   */
  release(
    rule: RuleInForce,
    nowMs: number,
    framesMax = Infinity,
    arranged: (frames: WaitingCopy<Payload>[]) => readonly WaitingCopy<Payload>[] = (frames) => frames,
    isLost: (waiting: WaitingCopy<Payload>) => boolean = () => false,
  ): number {
    const frames = this.#held.get(rule) ?? [];
    const { copies, frames: count } = this.#firstOf(frames, framesMax);
    const released = frames.splice(0, copies);
    if (frames.length === 0) this.#held.delete(rule);
    this.#heldCount -= released.length;
    const lost: WaitingCopy<Payload>[] = [];
    const onTheirWay = released.filter((waiting) => {
      waiting.underWayMs = nowMs;
      if (!isLost(waiting)) return true;
      lost.push(waiting);
      return false;
    });
    this.#requeue(arranged(onTheirWay), (waiting) => Math.max(nowMs, dueMs(waiting)));
    this.#lost(lost, nowMs);
    return count;
  }

  /** @returns how many copies the first so many frames have, and how many frames that are */
  #firstOf(held: readonly WaitingCopy<Payload>[], framesMax: number): { copies: number; frames: number } {
    let frames = 0;
    let last: unknown;
    // Copies of one frame were planned one behind the other, and are held so.
    for (const [copies, { payload }] of held.entries()) {
      const frame = this.#frameOf(payload);
      if (frames > 0 && frame === last) continue;
      if (frames >= framesMax) return { copies, frames };
      frames += 1;
      last = frame;
    }
    return { copies: held.length, frames };
  }

  /**
   * Rules are gone that delay some: they come as if those had never delayed them, and so does what waits behind them on their links.
   * @param arranged puts those that come at once into another order, in front of the others
   */
  withoutDelayOf(
    rules: ReadonlySet<RuleInForce>,
    nowMs: number,
    arranged?: (frames: WaitingCopy<Payload>[]) => readonly WaitingCopy<Payload>[],
  ): void {
    const isDelayed = ({ copy }: WaitingCopy<Payload>): boolean => copy.delayedBy.some(({ rule }) => rules.has(rule));
    const links = new Set<LinkFaults>();
    this.#due.forEach((waiting) => {
      if (isDelayed(waiting)) links.add(waiting.link);
    });
    const isMoved = { link: (link: LinkFaults) => links.has(link), apart: isDelayed };
    const first =
      arranged === undefined
        ? []
        : this.#due.takeAll((waiting) => isDelayed(waiting) && dueMs(waiting, rules) <= nowMs).sort(byOrder);
    // Those that come at once go first, and what is behind them on their links follows.
    const rest = first.length === 0 ? [] : this.#due.takeAll(({ copy, link }) => copy.inOrder && links.has(link));
    if (arranged !== undefined) this.#requeue(arranged(first), () => nowMs);
    this.#requeue(rest, (waiting) => Math.max(nowMs, dueMs(waiting, rules)));
    this.#due.reschedule(isMoved, (waiting) => Math.max(nowMs, dueMs(waiting, rules)));
    // Or their delays would count again when another one goes, or lets go what it holds.
    this.forEachWaiting(({ link, copy }) => {
      for (const share of copy.delayedBy) {
        if (!rules.has(share.rule)) continue;
        share.byMs = 0;
        // Nobody waits for it any more: not even those that come later, under a rule that took its place.
        if (share.isBandwidth) link.standingWith(share.rule)?.endBandwidthBy(nowMs);
      }
    });
  }

  /** What rules hold and delay is held and delayed by those that took their places. */
  handOver(heirs: ReadonlyMap<RuleInForce, RuleInForce>): void {
    for (const [from, to] of heirs) {
      const held = this.#held.get(from);
      if (held === undefined) continue;
      this.#held.delete(from);
      this.#held.set(to, held);
    }
    // In place: there may be a hundred thousand of them.
    this.forEachWaiting(({ copy }) => {
      for (const share of copy.delayedBy) share.rule = heirs.get(share.rule) ?? share.rule;
    });
  }

  /**
   * In the queue again, each behind all that is due at its time.
   * @param atMsOf when one is due, unless others of its link are before it
   */
  #requeue(frames: readonly WaitingCopy<Payload>[], atMsOf: (waiting: WaitingCopy<Payload>) => number): void {
    for (const waiting of frames) {
      const { link, copy } = waiting;
      this.#order += 1;
      waiting.order = this.#order;
      waiting.atMs = atMsOf(waiting);
      if (copy.inOrder) {
        waiting.atMs = Math.max(waiting.atMs, link.lastAtMs);
        link.lastAtMs = waiting.atMs;
      }
      this.#due.add(waiting);
    }
  }

  #hold(rule: RuleInForce, waiting: WaitingCopy<Payload>): void {
    const frames = this.#held.get(rule);
    if (frames === undefined) this.#held.set(rule, [waiting]);
    else frames.push(waiting);
    this.#heldCount += 1;
  }

  #lost(taken: readonly WaitingCopy<Payload>[], nowMs: number): void {
    for (const waiting of taken) this.#gone(waiting);
    giveBackBandwidth(taken, (visit) => this.forEachWaiting(visit), nowMs);
  }

  #gone(waiting: WaitingCopy<Payload>): void {
    this.#count(-memoryOf(waiting));
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#limits.total !== undefined) this.#limits.total.bytes += bytes;
  }
}

const ALL = { link: (): boolean => true, apart: (): boolean => true };

/** What a copy takes, about: many rules may make one frame later. */
function memoryOf({ bytes, copy }: { readonly bytes: number; readonly copy: Pick<PlannedCopy, 'delayedBy'> }): number {
  return bytes + COPY_OVERHEAD_BYTES + SHARE_BYTES * copy.delayedBy.length;
}

/** In the order in which they were planned. */
function byOrder({ order: one }: WaitingCopy<unknown>, { order: other }: WaitingCopy<unknown>): number {
  return one - other;
}

/**
 * When a copy would come if nothing were in front of it.
 * @param without rules whose delays do not count
 */
function dueMs({ sinceMs, copy }: WaitingCopy<unknown>, without?: ReadonlySet<RuleInForce>): number {
  let delayMs = 0;
  let bandwidthMs = 0;
  for (const { rule, byMs, isBandwidth } of copy.delayedBy) {
    if (without?.has(rule) === true) continue;
    if (isBandwidth) bandwidthMs = Math.max(bandwidthMs, byMs);
    else delayMs += byMs;
  }
  return sinceMs + bandwidthMs + delayMs;
}
