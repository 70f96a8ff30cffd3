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
  /** Under the seed that was set in this epoch: a replay has other epochs, and is to shuffle alike. */
  #shuffles = { seedEpoch: -1, count: 0 };

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
    return this.#letGo(rule, faults, nowMs, framesMax, isShuffled ? this.#shuffle(faults, 'release') : undefined);
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
    const byName = new Map(after.rules.map((rule) => [nameOf(rule), rule]));
    const heirs = new Map<RuleInForce, RuleInForce>();
    const ended = new Set<RuleInForce>();
    for (const rule of before.rules) {
      if (inForce.has(rule)) continue;
      const heir = byName.get(nameOf(rule));
      if (heir !== undefined && (frames === undefined || frames === 'keep')) heirs.set(rule, heir);
      else ended.add(rule);
    }
    // All at once: hundreds of rules may go while a hundred thousand frames wait.
    if (heirs.size > 0) queue.handOver(heirs);
    for (const heir of heirs.values()) if (heir.source.hold !== true) this.#letGo(heir, after, nowMs);
    if (ended.size > 0) this.#ofEnded(ended, after, frames ?? 'release', nowMs);
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

  /** Another order each time. */
  #shuffle(faults: Faults, stream: string): Arrange {
    const { seedEpoch } = faults;
    const count = (this.#shuffles.seedEpoch === seedEpoch ? this.#shuffles.count : 0) + 1;
    this.#shuffles = { seedEpoch, count };
    return (frames) => shuffled(frames, faults, `${stream}/${count}`);
  }

  #ofEnded(rules: ReadonlySet<RuleInForce>, faults: Faults, frames: Orphans, nowMs: number): void {
    const queue = this.#queue();
    if (frames === 'drop') {
      const isDelayed = ({ copy }: WaitingCopy<DelayedFrame>): boolean =>
        copy.delayedBy.some(({ rule }) => rules.has(rule));
      for (const rule of rules) this.#lost.add(queue.takeHeld(rule, nowMs), 'removed', nowMs);
      this.#lost.add(queue.takeDelayed(isDelayed, nowMs), 'removed', nowMs);
      return;
    }
    const arranged =
      frames === 'shuffle' ? this.#shuffle(faults, [...rules].map(({ name }) => name).join()) : undefined;
    for (const rule of rules) this.#letGo(rule, faults, nowMs, Infinity, arranged);
    if (frames !== 'keep') queue.withoutDelayOf(rules, nowMs, arranged);
  }
}

/** A user's rule may have the name of one of the profile's. */
function nameOf({ name, ofProfile }: RuleInForce): string {
  return ofProfile ? `profile/${name}` : name;
}

type Arrange = (frames: WaitingCopy<DelayedFrame>[]) => WaitingCopy<DelayedFrame>[];
