import { DueQueue } from './DueQueue.ts';
import type { RuleInForce } from './RuleInForce.ts';
import type { PlannedCopy } from './judge.ts';
import type { LinkFaults } from './LinkFaults.ts';

/** A copy of a frame that waits for its time, or for its release. */
export interface WaitingCopy<Payload> {
  readonly link: LinkFaults;
  readonly copy: PlannedCopy;
  readonly payload: Payload;
  readonly bytes: number;
  /** When the frame came. */
  readonly sinceMs: number;
  /** In the order of their planning, for those that come due at the same time. */
  readonly order: number;
  /** When it is due; of one that is held, when it came. */
  atMs: number;
}

export interface FrameQueueLimits {
  /** Copies that may wait, and their bytes with what stands around them in memory. */
  readonly framesMax: number;
  readonly bytesMax: number;
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
  readonly #due = new DueQueue<WaitingCopy<Payload>>();
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
    const { framesMax, bytesMax } = this.#limits;
    return this.#due.size + this.#heldCount < framesMax && this.#bytes + bytes + COPY_OVERHEAD_BYTES <= bytesMax;
  }

  /** Takes a copy that was planned; ask `admits` before. */
  add(link: LinkFaults, copy: PlannedCopy, payload: Payload, bytes: number, nowMs: number): void {
    this.#order += 1;
    const atMs = copy.atMs ?? nowMs;
    const waiting: WaitingCopy<Payload> = { link, copy, payload, bytes, sinceMs: nowMs, order: this.#order, atMs };
    this.#bytes += bytes + COPY_OVERHEAD_BYTES;
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

  /** Takes away, without delivering them, those that are delayed and meant. */
  takeDelayed(isMeant: (waiting: WaitingCopy<Payload>) => boolean): WaitingCopy<Payload>[] {
    const taken = this.#unqueueAll(isMeant);
    for (const waiting of taken) this.#gone(waiting);
    return taken;
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
    for (const waiting of arranged(released)) {
      const byMs = waiting.copy.delayedBy.reduce((sum, delay) => sum + delay.byMs, 0);
      this.#requeue(waiting, Math.max(nowMs, waiting.sinceMs + byMs));
    }
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
    const dueMs = ({ sinceMs, copy }: WaitingCopy<Payload>): number =>
      copy.delayedBy.reduce((sum, delay) => sum + (delay.rule === rule ? 0 : delay.byMs), sinceMs);
    const isFirst = (waiting: WaitingCopy<Payload>): boolean =>
      arranged !== undefined && isDelayed(waiting) && dueMs(waiting) <= nowMs;
    const first = arranged?.(taken.filter(isFirst)) ?? [];
    for (const waiting of [...first, ...taken.filter((each) => !isFirst(each))]) {
      this.#requeue(waiting, Math.max(nowMs, dueMs(waiting)));
    }
  }

  /** Those that a rule holds are held on by the one that took its place. */
  handOver(from: RuleInForce, to: RuleInForce): void {
    const frames = this.#held.get(from);
    if (frames === undefined) return;
    this.#held.delete(from);
    this.#held.set(to, frames);
  }

  #queue(waiting: WaitingCopy<Payload>): void {
    this.#due.add(waiting);
    if (waiting.copy.inOrder) waiting.link.waitingInOrder += 1;
  }

  /** In the queue again, behind all that is due at that time. */
  #requeue(waiting: WaitingCopy<Payload>, atMs: number): void {
    const { link, copy } = waiting;
    this.#order += 1;
    const inOrderAtMs = copy.inOrder ? Math.max(atMs, link.lastAtMs) : atMs;
    if (copy.inOrder) link.lastAtMs = inOrderAtMs;
    this.#queue({ ...waiting, order: this.#order, atMs: inOrderAtMs });
  }

  #hold(rule: RuleInForce, waiting: WaitingCopy<Payload>): void {
    const frames = this.#held.get(rule);
    if (frames === undefined) this.#held.set(rule, [waiting]);
    else frames.push(waiting);
    this.#heldCount += 1;
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
    this.#bytes -= bytes + COPY_OVERHEAD_BYTES;
  }

  /** Nothing waits any more for those that were taken away. */
  #setOrders(links: ReadonlySet<LinkFaults>): void {
    for (const link of links) link.lastAtMs = -Infinity;
    this.#due.forEach(({ link, copy, atMs }) => {
      if (copy.inOrder && links.has(link)) link.lastAtMs = Math.max(link.lastAtMs, atMs);
    });
  }
}
