import { BinaryHeap } from '../../shared/BinaryHeap.ts';
import type { LinkFaults } from './LinkFaults.ts';

/** What frames are ordered by: their time, and of the same time what was planned first. No two have the same order. */
export interface DueFrame {
  readonly link: LinkFaults;
  readonly copy: { readonly inOrder: boolean };
  readonly order: number;
  atMs: number;
}

/** The places of frames that left a lane at its front take room until there are so many of them. */
const GONE_MAX = 1024;

/** The frames of one link that keep its order: none is due before the one in front of it. */
class Lane<Frame extends DueFrame> {
  readonly link: LinkFaults;
  /** Places of frames that are gone are empty: the garbage collector would copy what stood in them again and again. */
  #places: (Frame | undefined)[] = [];
  #goneCount = 0;

  constructor(link: LinkFaults) {
    this.link = link;
  }

  get first(): Frame | undefined {
    return this.#places[this.#goneCount];
  }

  get last(): Frame | undefined {
    return this.#places.at(-1);
  }

  get frames(): readonly Frame[] {
    return this.#places.filter((frame) => frame !== undefined);
  }

  push(frame: Frame): void {
    const { last } = this;
    if (last !== undefined && last.atMs > frame.atMs) frame.atMs = last.atMs;
    this.#places.push(frame);
    this.link.waitingInOrder += 1;
  }

  shift(): void {
    this.#places[this.#goneCount] = undefined;
    this.#goneCount += 1;
    this.link.waitingInOrder -= 1;
    const isMostlyGone = this.#goneCount >= GONE_MAX && 2 * this.#goneCount >= this.#places.length;
    if (isMostlyGone) this.replace(this.#places.slice(this.#goneCount));
  }

  replace(frames: (Frame | undefined)[]): void {
    this.#places = frames;
    this.#goneCount = 0;
  }

  /** Each is due when it is told to be, and not before the one in front of it. What the link is told follows. */
  reschedule(atMsOf: (frame: Frame) => number): void {
    let lastAtMs = -Infinity;
    for (const frame of this.frames) {
      lastAtMs = Math.max(lastAtMs, atMsOf(frame));
      frame.atMs = lastAtMs;
    }
    this.link.lastAtMs = lastAtMs;
  }
}

/**
 * Frames by the times at which they are due. It does what a heap of all of them would, and settles a hundred thousand of them
 * within a few milliseconds, so that a large change of one cluster does not hold up the others: frames of a link that keep its
 * order stand in a lane, of which only the first is compared with others, and a lane that is due at another time is walked along
 * once, and not sorted. Frames that do not keep the order of their link stand apart, in a heap.
 */
export class DueFrames<Frame extends DueFrame> {
  readonly #lanes = new Map<LinkFaults, Lane<Frame>>();
  readonly #firsts = new BinaryHeap<Lane<Frame>>(isLaneBefore);
  readonly #apart = new BinaryHeap<Frame>(isBefore);
  #laneCount = 0;

  get size(): number {
    return this.#laneCount + this.#apart.size;
  }

  /** The one before all others; undefined when there is none. */
  get first(): Frame | undefined {
    const inLane = this.#firsts.first?.first;
    const apart = this.#apart.first;
    if (inLane === undefined || apart === undefined) return inLane ?? apart;
    return isBefore(inLane, apart) ? inLane : apart;
  }

  /** In no order. */
  forEach(visit: (frame: Frame) => void): void {
    for (const lane of this.#lanes.values()) lane.frames.forEach(visit);
    this.#apart.forEach(visit);
  }

  /** Adds one. If it keeps the order of its link, it is due when those in front of it are, or later. */
  add(frame: Frame): void {
    if (!frame.copy.inOrder) {
      this.#apart.add(frame);
      return;
    }
    this.#laneCount += 1;
    const lane = this.#lanes.get(frame.link);
    if (lane !== undefined) return lane.push(frame);
    const begun = new Lane<Frame>(frame.link);
    begun.push(frame);
    this.#lanes.set(frame.link, begun);
    this.#firsts.add(begun);
  }

  /** Takes the first away. */
  take(): Frame | undefined {
    const { first } = this;
    if (first === undefined || first === this.#apart.first) return this.#apart.take();
    const lane = this.#firsts.take();
    lane?.shift();
    this.#laneCount -= 1;
    if (lane?.first === undefined) this.#lanes.delete(first.link);
    else this.#firsts.add(lane);
    return first;
  }

  /** Takes away all for which it is true. @returns them: those of one lane in their order, then those that stood apart, in theirs */
  takeAll(isMeant: (frame: Frame) => boolean): Frame[] {
    const taken: Frame[] = [];
    for (const lane of [...this.#lanes.values()]) this.#takeFrom(lane, isMeant, taken);
    if (taken.length > 0) this.#lanesChanged();
    for (const frame of this.#apart.takeAll(isMeant)) taken.push(frame);
    return taken;
  }

  /**
   * Frames are due at other times.
   * @param isMeant which lanes, as wholes, and which frames that stand apart
   */
  reschedule(
    isMeant: { readonly link: (link: LinkFaults) => boolean; readonly apart: (frame: Frame) => boolean },
    atMsOf: (frame: Frame) => number,
  ): void {
    for (const lane of this.#lanes.values()) if (isMeant.link(lane.link)) lane.reschedule(atMsOf);
    this.#firsts.reorder();
    this.#apart.forEach((frame) => {
      if (isMeant.apart(frame)) frame.atMs = atMsOf(frame);
    });
    this.#apart.reorder();
  }

  #takeFrom(lane: Lane<Frame>, isMeant: (frame: Frame) => boolean, taken: Frame[]): void {
    const rest: Frame[] = [];
    const before = taken.length;
    for (const frame of lane.frames) (isMeant(frame) ? taken : rest).push(frame);
    const count = taken.length - before;
    if (count === 0) return;
    const { link } = lane;
    link.waitingInOrder -= count;
    link.lastAtMs = rest.at(-1)?.atMs ?? -Infinity;
    this.#laneCount -= count;
    lane.replace(rest);
    if (rest.length === 0) this.#lanes.delete(link);
  }

  #lanesChanged(): void {
    this.#firsts.clear();
    for (const lane of this.#lanes.values()) this.#firsts.add(lane);
  }
}

function isBefore(one: DueFrame, other: DueFrame): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}

function isLaneBefore({ first: one }: Lane<DueFrame>, { first: other }: Lane<DueFrame>): boolean {
  return one !== undefined && other !== undefined && isBefore(one, other);
}
