import type { Orphans } from '../../shared/http/Network.ts';
import type { DropCause } from '../../shared/http/Traffic.ts';
import type { Faults } from '../faults/Faults.ts';
import type { FrameQueue, WaitingCopy } from '../faults/FrameQueue.ts';
import { shuffled } from '../faults/judge.ts';
import type { RuleInForce } from '../faults/RuleInForce.ts';
import type { DelayedFrame } from './DelayedFrames.ts';
import { cutsInFlight } from './FrameCarrier.ts';
import { LostFrames } from './LostFrames.ts';

/** What becomes of frames that wait when the faults change. */
export class Settlement {
  readonly #queue: () => FrameQueue<DelayedFrame>;
  readonly #lost: LostFrames;

  constructor(
    queue: () => FrameQueue<DelayedFrame>,
    lose: (frame: DelayedFrame, cause: DropCause, waitedMs: number) => void,
  ) {
    this.#queue = queue;
    this.#lost = new LostFrames(lose);
  }

  get isQuiet(): boolean {
    const { delayedCount, heldCount } = this.#queue();
    return delayedCount + heldCount === 0;
  }

  releaseAll(nowMs: number): void {
    this.#queue().releaseAll(nowMs);
  }

  /** Lets go what a rule holds. @returns how many frames */
  release(rule: RuleInForce, faults: Faults, nowMs: number, framesMax: number, isShuffled: boolean): number {
    return this.#letGo(rule, faults, nowMs, framesMax, isShuffled ? shuffle(faults, 'release') : undefined);
  }

  /** What is let go across a cut is lost: until then it was not on its way, whatever happens to frames that are. */
  #letGo(rule: RuleInForce, faults: Faults, nowMs: number, framesMax = Infinity, arranged?: Arrange): number {
    const lost: WaitingCopy<DelayedFrame>[] = [];
    const count = this.#queue().release(rule, nowMs, framesMax, arranged, (waiting) => {
      const isCut = waiting.link.isCut(faults, nowMs);
      if (isCut) lost.push(waiting);
      return isCut;
    });
    this.#lost.add(lost, 'partition', nowMs);
    return count;
  }

  /**
   * What becomes of frames that a rule delays or holds which is not in force any more. Told nothing, frames of one that is gone come
   * at once, in order; and those of one that was replaced stay as they are, if the other one holds too.
   */
  ofOrphans(before: Faults, after: Faults, frames: Orphans | undefined, nowMs: number): void {
    if (this.isQuiet) return;
    const queue = this.#queue();
    const inForce = new Set(after.rules);
    for (const rule of before.rules) {
      if (inForce.has(rule)) continue;
      const heir = after.rules.find(({ name, ofProfile }) => name === rule.name && ofProfile === rule.ofProfile);
      const isKept = heir !== undefined && (frames === undefined || frames === 'keep');
      if (isKept) queue.handOver(rule, heir);
      if (!isKept) this.#ofRule(rule, after, frames ?? 'release', nowMs);
      else if (heir.source.hold !== true) this.#letGo(heir, after, nowMs);
    }
  }

  /** What is on its way across a new cut is lost, and what was on its way while a passing partition lost one of its ends. */
  ofCut(before: Faults, after: Faults, nowMs: number): void {
    if (after.partition === before.partition) return;
    const wasLost = ({ link, underWayMs }: WaitingCopy<DelayedFrame>): boolean =>
      cutsInFlight(before) && link.wasAbsent(before, underWayMs, nowMs);
    const isLost = ({ link }: WaitingCopy<DelayedFrame>): boolean => cutsInFlight(after) && link.isCut(after, nowMs);
    const lost = this.#queue().takeDelayed((waiting) => wasLost(waiting) || isLost(waiting), nowMs);
    this.#lost.add(lost, 'partition', nowMs);
  }

  stop(): void {
    this.#lost.stop();
  }

  #ofRule(rule: RuleInForce, faults: Faults, frames: Orphans, nowMs: number): void {
    const queue = this.#queue();
    if (frames === 'drop') {
      const isDelayed = ({ copy }: WaitingCopy<DelayedFrame>): boolean => copy.delayedBy.some((by) => by.rule === rule);
      this.#lost.add(queue.takeHeld(rule, nowMs), 'removed', nowMs);
      this.#lost.add(queue.takeDelayed(isDelayed, nowMs), 'removed', nowMs);
      return;
    }
    const arranged = frames === 'shuffle' ? shuffle(faults, rule.name) : undefined;
    this.#letGo(rule, faults, nowMs, Infinity, arranged);
    if (frames !== 'keep') queue.withoutDelayOf(rule, nowMs, arranged);
  }
}

type Arrange = (frames: WaitingCopy<DelayedFrame>[]) => WaitingCopy<DelayedFrame>[];

function shuffle(faults: Faults, stream: string): Arrange {
  return (frames) => shuffled(frames, faults, `${stream}/${faults.epoch}`);
}
