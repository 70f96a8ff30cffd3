import { BinaryHeap } from '../../shared/BinaryHeap.ts';
import type { RuleInForce } from './RuleInForce.ts';
import type { PlannedCopy } from './judge.ts';
import type { LinkFaults } from './LinkFaults.ts';

/** A copy of a frame that waits for its time, or for its release. */
export interface WaitingCopy<Payload> {
  readonly link: LinkFaults;
  copy: PlannedCopy;
  readonly payload: Payload;
  readonly bytes: number;
  /** When the frame came. */
  readonly sinceMs: number;
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

/** What a copy takes in memory besides its bytes, about. */
export const COPY_OVERHEAD_BYTES = 250;

/**
 * The frames of one cluster that wait: for their time, or until the rule that holds them lets them go. It has no clock: it is
 * told the time, and tells when it wants to be asked again.
 *
 * Copies of one link that keep the order come in the order in which they were planned. What is held stands outside of the
 * order: what comes behind it passes.
 */
export class FrameQueue<Payload> {
  readonly #limits: FrameQueueLimits;
  readonly #due = new BinaryHeap<WaitingCopy<Payload>>(isBefore);
  readonly #held = new Map<RuleInForce, WaitingCopy<Payload>[]>();
  #heldCount = 0;
  #bytes = 0;
  #order = 0;

  constructor(limits: FrameQueueLimits) {
    this.#limits = limits;
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

  /** Whether there is room for a frame of that many bytes. */
  admits(bytes: number): boolean {
    const { framesMax, bytesMax, total } = this.#limits;
    const more = bytes + COPY_OVERHEAD_BYTES;
    if (this.#due.size + this.#heldCount >= framesMax || this.#bytes + more > bytesMax) return false;
    return total === undefined || total.bytes + more <= total.bytesMax;
  }

  /** Takes a copy that was planned; ask `admits` before. */
  add(link: LinkFaults, copy: PlannedCopy, payload: Payload, bytes: number, nowMs: number): void {
    this.#order += 1;
    const atMs = copy.atMs ?? nowMs;
    const waiting: WaitingCopy<Payload> = { link, copy, payload, bytes, sinceMs: nowMs, order: this.#order, atMs };
    this.#count(bytes + COPY_OVERHEAD_BYTES);
    if (copy.heldBy === undefined) this.#queue(waiting);
    else this.#hold(copy.heldBy, waiting);
  }

  /** Takes the next one that is due; undefined when none is. */
  takeDue(nowMs: number): WaitingCopy<Payload> | undefined {
    const { first } = this.#due;
    if (first === undefined || first.atMs > nowMs) return undefined;
    this.#due.take();
    this.#unqueued(first);
    this.#gone(first);
    return first;
  }

  /** Takes away, without delivering them, those that are delayed and meant. What is behind them does not wait for them any more. */
  takeDelayed(isMeant: (waiting: WaitingCopy<Payload>) => boolean, nowMs: number): WaitingCopy<Payload>[] {
    const taken = this.#unqueueAll(isMeant);
    for (const waiting of taken) this.#gone(waiting);
    this.#moveUp(new Set(taken.map(({ link }) => link)), nowMs);
    return taken;
  }

  /** Takes away everything, without delivering it. */
  takeAll(nowMs: number): WaitingCopy<Payload>[] {
    return [...this.takeDelayed(() => true, nowMs), ...[...this.#held.keys()].flatMap((rule) => this.takeHeld(rule))];
  }

  /** Everything is due now, each link's frames in their order: whatever was to wait, or was held, waits no longer. */
  releaseAll(nowMs: number): void {
    for (const rule of [...this.#held.keys()]) this.release(rule, nowMs);
    this.#requeue(
      this.#unqueueAll(() => true),
      () => nowMs,
    );
  }

  /** Takes away, without delivering them, those that a rule holds. */
  takeHeld(rule: RuleInForce): WaitingCopy<Payload>[] {
    const frames = this.#held.get(rule) ?? [];
    this.#held.delete(rule);
    this.#heldCount -= frames.length;
    for (const waiting of frames) this.#gone(waiting);
    return frames;
  }

  /**
   * Lets go what a rule holds: due now, or when the other rules' delays are over.
   * @param framesMax the first so many of them
   * @param arranged puts them into another order
   * @returns how many
   */
  release(
    rule: RuleInForce,
    nowMs: number,
    framesMax = Infinity,
    arranged: (frames: WaitingCopy<Payload>[]) => readonly WaitingCopy<Payload>[] = (frames) => frames,
  ): number {
    const frames = this.#held.get(rule) ?? [];
    const released = frames.splice(0, framesMax);
    if (frames.length === 0) this.#held.delete(rule);
    this.#heldCount -= released.length;
    this.#requeue(arranged(released), (waiting) => Math.max(nowMs, dueMs(waiting)));
    return released.length;
  }

  /**
   * A rule is gone that delays some: they come as if it had never delayed them, and so does what waits behind them on their links.
   * @param arranged puts those that come at once into another order, in front of the others
   */
  withoutDelayOf(
    rule: RuleInForce,
    nowMs: number,
    arranged?: (frames: WaitingCopy<Payload>[]) => readonly WaitingCopy<Payload>[],
  ): void {
    const isDelayed = ({ copy }: WaitingCopy<Payload>): boolean => copy.delayedBy.some((delay) => delay.rule === rule);
    const links = new Set<LinkFaults>();
    this.#due.forEach((waiting) => {
      if (isDelayed(waiting)) links.add(waiting.link);
    });
    const taken = this.#unqueueAll(
      (waiting) => isDelayed(waiting) || (waiting.copy.inOrder && links.has(waiting.link)),
    );
    const isFirst = (waiting: WaitingCopy<Payload>): boolean =>
      arranged !== undefined && isDelayed(waiting) && dueMs(waiting, rule) <= nowMs;
    const first = arranged?.(taken.filter(isFirst)) ?? [];
    const rest = arranged === undefined ? taken : taken.filter((waiting) => !isFirst(waiting));
    this.#requeue([...first, ...rest], (waiting) => Math.max(nowMs, dueMs(waiting, rule)));
  }

  /** What a rule holds and delays is held and delayed by the one that took its place. */
  handOver(from: RuleInForce, to: RuleInForce): void {
    const held = this.#held.get(from);
    if (held !== undefined) {
      this.#held.delete(from);
      this.#held.set(to, held);
    }
    const inherit = (waiting: WaitingCopy<Payload>): void => {
      const { copy } = waiting;
      if (copy.heldBy !== from && !copy.delayedBy.some(({ rule }) => rule === from)) return;
      const delayedBy = copy.delayedBy.map((share) => (share.rule === from ? { ...share, rule: to } : share));
      waiting.copy = { ...copy, heldBy: copy.heldBy === from ? to : copy.heldBy, delayedBy };
    };
    this.#due.forEach(inherit);
    for (const frames of this.#held.values()) frames.forEach(inherit);
  }

  #queue(waiting: WaitingCopy<Payload>): void {
    this.#due.add(waiting);
    if (waiting.copy.inOrder) waiting.link.waitingInOrder += 1;
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
      if (!copy.inOrder) continue;
      waiting.atMs = Math.max(waiting.atMs, link.lastAtMs);
      link.lastAtMs = waiting.atMs;
      link.waitingInOrder += 1;
    }
    this.#due.addAll(frames);
  }

  #hold(rule: RuleInForce, waiting: WaitingCopy<Payload>): void {
    const frames = this.#held.get(rule);
    if (frames === undefined) this.#held.set(rule, [waiting]);
    else frames.push(waiting);
    this.#heldCount += 1;
  }

  /** The frames of these links that keep the order come as early as their own delays let them. */
  #moveUp(links: ReadonlySet<LinkFaults>, nowMs: number): void {
    if (links.size === 0) return;
    const rest = this.#unqueueAll(({ copy, link }) => copy.inOrder && links.has(link));
    this.#requeue(rest, (waiting) => Math.max(nowMs, dueMs(waiting)));
  }

  #unqueueAll(isMeant: (waiting: WaitingCopy<Payload>) => boolean): WaitingCopy<Payload>[] {
    const taken = this.#due.takeAll(isMeant);
    for (const waiting of taken) this.#unqueued(waiting);
    this.#setOrders(new Set(taken.map(({ link }) => link)));
    return taken;
  }

  #unqueued({ copy, link }: WaitingCopy<Payload>): void {
    if (copy.inOrder) link.waitingInOrder -= 1;
  }

  #gone({ bytes }: WaitingCopy<Payload>): void {
    this.#count(-bytes - COPY_OVERHEAD_BYTES);
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#limits.total !== undefined) this.#limits.total.bytes += bytes;
  }

  /** Nothing waits any more for those that were taken away. */
  #setOrders(links: ReadonlySet<LinkFaults>): void {
    for (const link of links) link.lastAtMs = -Infinity;
    this.#due.forEach(({ link, copy, atMs }) => {
      if (copy.inOrder && links.has(link)) link.lastAtMs = Math.max(link.lastAtMs, atMs);
    });
  }
}

/** By time; and of the same time, what was planned first. */
function isBefore(one: WaitingCopy<unknown>, other: WaitingCopy<unknown>): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}

/**
 * When a copy would come if nothing were in front of it.
 * @param without a rule whose delay does not count
 */
function dueMs({ sinceMs, copy }: WaitingCopy<unknown>, without?: RuleInForce): number {
  let delayMs = 0;
  let bandwidthMs = 0;
  for (const { rule, byMs, isBandwidth } of copy.delayedBy) {
    if (rule === without) continue;
    if (isBandwidth) bandwidthMs = Math.max(bandwidthMs, byMs);
    else delayMs += byMs;
  }
  return sinceMs + bandwidthMs + delayMs;
}
