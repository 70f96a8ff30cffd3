import {
  ALL_LINKS,
  type FrameEnd,
  type FrameSample,
  type FrameText,
  type LiveFrames,
} from '../../shared/http/Frames.ts';
import type { DropCause } from '../../shared/http/Traffic.ts';
import type { PeerId } from '../../shared/ids.ts';
import type { FrameQueue, WaitingCopy } from '../faults/FrameQueue.ts';
import type { DelayedFrame, FrameFacts } from '../hub/DelayedFrames.ts';
import type { FrameFate } from '../journal/FrameChunk.ts';
import { FrameTexts } from './FrameTexts.ts';
import { gistOf } from './gist.ts';

/** Frames of one link that are told in a second, and as many again of the rare kinds. */
const PER_LINK_AND_SECOND = 50;
/** Of one cluster in one message; a part of them is kept for the rare kinds, so that votes never hide behind heartbeats. */
export const PER_MESSAGE_MAX = 200;
const RARE_SHARE = 50;
/** Links that are counted in one message. A receiver that nobody knows may have any name. */
const LINKS_MAX = 4096;
/** Types that are told apart on one link; what is beyond counts under ALL_LINKS' sign, which is no type. */
const TYPES_MAX = 16;
/** Frames that were told and still wait, whose ends will be told: of more, the oldest are not. */
export const UNDER_WAY_MAX = 8192;
/** What waits is told to who begins to look, and counted by link while no more of it waits. */
export const WAITING_TOLD_MAX = 500;
const WAITING_COUNTED_MAX = 5000;

const RARE: ReadonlySet<string> = new Set([
  ...['PreVote', 'PreVoteReply', 'RequestVote', 'RequestVoteReply', 'TimeoutNow', 'InstallSnapshot'],
]);

/** What becomes of a frame, as the journal is told. */
export interface SampledFate {
  readonly fate: FrameFate;
  readonly cause?: DropCause | undefined;
  /** Rules with their faults, separated by commas; empty for none. */
  readonly strikes: string;
  /** One a copy; -1 for one that is held. */
  readonly delaysMs?: number | readonly number[] | undefined;
}

interface LinkCount {
  readonly from: string;
  readonly to: string;
  readonly counts: Map<string, number>;
  all: number;
  told: number;
  rareTold: number;
}

interface UnderWay {
  readonly sample: FrameSample;
  copies: number;
}

export interface FrameSamplesOptions {
  readonly queue: FrameQueue<DelayedFrame>;
  /** Between two messages. */
  readonly intervalMs: number;
  /** Milliseconds since the Unix epoch, as the journal has them. */
  readonly nowMs: () => number;
  /** What is to be added to the relay's clock for that. */
  readonly epochMs: number;
}

/**
 * Some of the frames of one cluster, for viewers that asked for them; there only while there is one. Forwarding tells it of each
 * frame and each end; what that costs it pays at the next message.
 */
export class FrameSamples {
  readonly #options: FrameSamplesOptions;
  readonly #perLinkMax: number;
  readonly #texts = new FrameTexts();
  readonly #links = new Map<string, LinkCount>();
  readonly #underWay = new Map<number, UnderWay>();
  #frames: FrameSample[] = [];
  #rareCount = 0;
  #ends: FrameEnd[] = [];
  #queuesTold = '[]';

  constructor(options: FrameSamplesOptions) {
    this.#options = options;
    this.#perLinkMax = Math.max(1, Math.round((PER_LINK_AND_SECOND * options.intervalMs) / 1000));
  }

  /** A frame was judged. @param bytes of it, which the caller may use again */
  sent(facts: FrameFacts, bytes: Uint8Array, fate: SampledFate): void {
    const link = this.#linkOf(facts);
    if (link === undefined) return;
    const { type, seq } = facts;
    const counted = link.counts.size < TYPES_MAX || link.counts.has(type) ? type : ALL_LINKS;
    link.counts.set(counted, (link.counts.get(counted) ?? 0) + 1);
    link.all += 1;
    if (!this.#takes(link, type)) return;
    const sample = sampleOf(facts, this.#options.nowMs(), fate);
    this.#frames.push(sample);
    this.#texts.keep(seq, bytes);
    if (fate.fate === 'planned') this.#follow(sample, sample.delaysMs?.length ?? 1);
  }

  /** A copy that was planned arrived, or was lost. */
  ended(seq: number, copy: number, cause: DropCause | undefined): void {
    const underWay = this.#underWay.get(seq);
    if (underWay === undefined) return;
    underWay.copies -= 1;
    if (underWay.copies <= 0) this.#underWay.delete(seq);
    this.#ends.push({ seq, copy, timeMs: this.#options.nowMs(), ...(cause === undefined ? {} : { cause }) });
  }

  /** While it is among those that are kept. */
  text(seq: number): FrameText | undefined {
    return this.#texts.text(seq);
  }

  /** What happened since the last call, and whether anything did. */
  take(): { readonly message: LiveFrames; readonly isNews: boolean } {
    const frames = this.#frames;
    const ends = this.#ends;
    const crowded = [...this.#links.values()].filter(({ all, told, rareTold }) => all > told + rareTold);
    const queues = this.#queues();
    this.#links.clear();
    this.#frames = [];
    this.#rareCount = 0;
    this.#ends = [];
    const queuesText = JSON.stringify(queues);
    const isNews = frames.length + ends.length + crowded.length > 0 || queuesText !== this.#queuesTold;
    this.#queuesTold = queuesText;
    return { isNews, message: this.#message({ frames, ends, crowded: crowded.map(crowdOf), queues }) };
  }

  /** For who begins to look: what waits now, the next due first. */
  whole(): LiveFrames {
    const frames = new Map<number, FrameSample & { delaysMs: (number | null)[] }>();
    const copies = new Map<number, number>();
    for (const { waiting, isHeld } of this.#options.queue.waiting(WAITING_TOLD_MAX)) {
      const { facts, copyNumber } = waiting.payload;
      const sample = frames.get(facts.seq) ?? this.#sampleOfWaiting(waiting);
      frames.set(facts.seq, sample);
      copies.set(facts.seq, (copies.get(facts.seq) ?? 0) + 1);
      while (sample.delaysMs.length <= copyNumber) sample.delaysMs.push(0);
      // Rules that came and went since may have changed it.
      sample.delaysMs[copyNumber] = isHeld ? null : Math.max(0, waiting.atMs - waiting.sinceMs);
    }
    for (const sample of frames.values()) {
      if (!this.#underWay.has(sample.seq)) this.#follow(sample, copies.get(sample.seq) ?? 1);
    }
    return {
      ...this.#message({ frames: [...frames.values()], ends: [], crowded: [], queues: this.#queues() }),
      isWhole: true,
    };
  }

  #message(what: Pick<LiveFrames, 'frames' | 'ends' | 'crowded' | 'queues'>): LiveFrames {
    const frames = what.frames.map((sample) => this.#withGist(sample));
    return { type: 'frames', timeMs: Date.now(), isWhole: false, ...what, frames };
  }

  #withGist(sample: FrameSample): FrameSample {
    const text = this.#texts.whole(sample.seq);
    const gist = text === undefined ? undefined : gistOf(sample.type, text);
    return gist === undefined ? sample : { ...sample, gist };
  }

  #linkOf({ from, to }: FrameFacts): LinkCount | undefined {
    const name = `${from} ${to}`;
    const known = this.#links.get(name);
    if (known !== undefined || this.#links.size >= LINKS_MAX) return known;
    const link: LinkCount = { from, to, counts: new Map<string, number>(), all: 0, told: 0, rareTold: 0 };
    this.#links.set(name, link);
    return link;
  }

  #takes(link: LinkCount, type: string): boolean {
    const isRare = RARE.has(type);
    const others = this.#frames.length - this.#rareCount;
    if (link.told < this.#perLinkMax && others < PER_MESSAGE_MAX - RARE_SHARE) {
      link.told += 1;
      return true;
    }
    if (!isRare || link.rareTold >= this.#perLinkMax || this.#frames.length >= PER_MESSAGE_MAX) return false;
    link.rareTold += 1;
    this.#rareCount += 1;
    return true;
  }

  #follow(sample: FrameSample, copies: number): void {
    this.#underWay.set(sample.seq, { sample, copies });
    const oldest = this.#underWay.keys().next();
    if (this.#underWay.size > UNDER_WAY_MAX && oldest.done !== true) this.#underWay.delete(oldest.value);
  }

  #sampleOfWaiting({ payload, sinceMs }: WaitingCopy<DelayedFrame>): FrameSample & { delaysMs: (number | null)[] } {
    const { facts, text } = payload;
    this.#texts.keep(facts.seq, Buffer.from(text, 'latin1'));
    const known = this.#underWay.get(facts.seq)?.sample;
    const sample = known ?? sampleOf(facts, this.#options.epochMs + sinceMs, { fate: 'planned', strikes: '' });
    return { ...sample, delaysMs: [...(sample.delaysMs ?? [])] };
  }

  #queues(): LiveFrames['queues'] {
    const { queue } = this.#options;
    const { delayedCount: delayed, heldCount: held } = queue;
    if (delayed + held === 0) return [];
    if (delayed + held > WAITING_COUNTED_MAX) return [{ from: ALL_LINKS, to: ALL_LINKS, delayed, held }];
    const links = new Map<string, { from: PeerId; to: PeerId; delayed: number; held: number }>();
    queue.forEachWaiting(({ payload: { facts } }, isHeld) => {
      const name = `${facts.from} ${facts.to}`;
      const count = links.get(name) ?? { from: facts.from as PeerId, to: facts.to as PeerId, delayed: 0, held: 0 };
      count[isHeld ? 'held' : 'delayed'] += 1;
      links.set(name, count);
    });
    return [...links.values()];
  }
}

function sampleOf(facts: FrameFacts, timeMs: number, { fate, cause, strikes, delaysMs }: SampledFate): FrameSample {
  const { seq, type, id, bytes } = facts;
  const delays = typeof delaysMs === 'number' ? [delaysMs] : delaysMs;
  return {
    ...{ seq, timeMs, type, from: facts.from as PeerId, to: facts.to as PeerId, id, bytes, fate },
    ...(cause === undefined ? {} : { cause }),
    ...(strikes === '' ? {} : { strikes: strikes.split(',') }),
    ...(delays === undefined ? {} : { delaysMs: delays.map((delayMs) => (delayMs < 0 ? null : delayMs)) }),
  };
}

function crowdOf({ from, to, counts }: LinkCount): LiveFrames['crowded'][number] {
  return { from: from as PeerId, to: to as PeerId, counts: Object.fromEntries(counts) };
}
