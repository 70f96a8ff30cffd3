import type { FrameEnd, FrameSample, LiveFrames } from '../../../../../shared/http/Frames.ts';
import type { FrameSeen } from '../history/History.ts';

/** Flights that are known at a time; beyond them the oldest are forgotten, those that wait last. */
export const FLIGHTS_MAX = 2000;
/** A frame that is delivered at once takes some 60 µs. It is drawn for so long, to be seen; the legend says so. */
export const FLIGHT_MS = 250;
/** How long the burst of a lost frame is seen. */
export const BURST_MS = 500;
/** Where on its chord a frame stands that a rule holds. */
export const HELD_SHARE = 1 / 3;
const TO_HELD_MS = 120;
/** A copy that is overdue, and whose end is not told, is drawn at its receiver for so long. */
const OVERDUE_MS_MAX = 1000;
/** Delays below this are none to speak of. */
const DELAY_MS_MIN = 1;
/** So many waiting flights are passed over in search of a slot. */
const SEARCH_MAX = 64;
const COPIES_MAX = 16;

/** What is drawn of a copy: a dot, a dot that the network slows, one that a rule holds, the burst of one that is lost. */
export type FlightMark = 'flying' | 'delayed' | 'held' | 'burst';

/** Where a copy is at a time. Changed in place. */
export interface FlightPlace {
  /** Of its way: 0 at its sender. */
  share: number;
  mark: FlightMark;
  /** Of a burst: how long ago it began. */
  sinceMs: number;
}

const NOT_ENDED = NaN;
const HELD = Infinity;

/**
 * Copies of frames on their way, from the relay's samples; times are of the relay's clock. Bound: FLIGHTS_MAX copies, in columns
 * that are made once; no object comes into being for a frame.
 */
export class Flights {
  readonly #samples: (FrameSample | null)[] = new Array<FrameSample | null>(FLIGHTS_MAX).fill(null);
  readonly #copies = new Uint8Array(FLIGHTS_MAX);
  /** Until the copy is delivered; HELD while a rule holds it, 0 for what was delivered or dropped at once. */
  readonly #delaysMs = new Float64Array(FLIGHTS_MAX);
  readonly #endsMs = new Float64Array(FLIGHTS_MAX).fill(NOT_ENDED);
  /** 1: it was lost at its end. */
  readonly #isLost = new Uint8Array(FLIGHTS_MAX);
  readonly #slots = new Map<number, number>();
  #next = 0;

  /** What the feed told. */
  add(news: LiveFrames): void {
    if (news.isWhole) this.#forgetWaiting();
    for (const sample of news.frames) this.#addSample(sample);
    for (const end of news.ends) this.#end(end);
  }

  /** Of a time of the past. */
  addSeen(seen: readonly FrameSeen[]): void {
    for (const { sample, ends } of seen) {
      this.#addSample(sample);
      for (const end of ends) this.#end(end);
    }
  }

  clear(): void {
    this.#samples.fill(null);
    this.#slots.clear();
    this.#next = 0;
  }

  /** @returns null where there is none */
  sample(slot: number): FrameSample | null {
    return this.#samples[slot] ?? null;
  }

  /** Which of its frame's copies it is, from 0. */
  copy(slot: number): number {
    return this.#copies[slot] ?? 0;
  }

  /** The frame of that number, if it is among them. */
  find(seq: number): FrameSample | null {
    for (let copy = 0; copy < COPIES_MAX; copy += 1) {
      const slot = this.#slots.get(keyOf(seq, copy));
      if (slot !== undefined) return this.sample(slot);
    }
    return null;
  }

  /** Where the copy in a slot is. @returns false when it is not to be seen at that time */
  place(slot: number, atMs: number, into: FlightPlace): boolean {
    const sample = this.#samples[slot] ?? null;
    if (sample === null || atMs < sample.timeMs) return false;
    const ageMs = atMs - sample.timeMs;
    into.sinceMs = 0;
    if (sample.fate === 'delivered') return fly(ageMs, into);
    if (sample.fate === 'dropped') return drop(sample, ageMs, into);
    const delayMs = this.#delaysMs[slot] ?? 0;
    const endMs = (this.#endsMs[slot] ?? NOT_ENDED) - sample.timeMs;
    const isLost = this.#isLost[slot] === 1;
    if (delayMs === HELD) return hold(ageMs, endMs, isLost, into);
    return delay(ageMs, delayMs, endMs, isLost, into);
  }

  #addSample(sample: FrameSample): void {
    if (sample.fate !== 'planned') {
      this.#put(sample, 0, 0);
      return;
    }
    const delaysMs = sample.delaysMs ?? [0];
    for (let copy = 0; copy < Math.min(COPIES_MAX, delaysMs.length); copy += 1) {
      const delayMs = delaysMs[copy];
      this.#put(sample, copy, delayMs === null ? HELD : (delayMs ?? 0));
    }
  }

  #put(sample: FrameSample, copy: number, delayMs: number): void {
    const key = keyOf(sample.seq, copy);
    const known = this.#slots.get(key);
    const slot = known ?? this.#free();
    const old = this.#samples[slot] ?? null;
    if (known === undefined && old !== null) this.#slots.delete(keyOf(old.seq, this.copy(slot)));
    this.#slots.set(key, slot);
    this.#samples[slot] = sample;
    this.#copies[slot] = copy;
    this.#delaysMs[slot] = delayMs;
    // Told again, by the feed and by the history: its end is known already, or still to come.
    if (known !== undefined) return;
    this.#endsMs[slot] = NOT_ENDED;
    this.#isLost[slot] = 0;
  }

  #end({ seq, copy, timeMs, cause }: FrameEnd): void {
    const slot = this.#slots.get(keyOf(seq, copy));
    if (slot === undefined) return;
    this.#endsMs[slot] = timeMs;
    this.#isLost[slot] = cause === undefined ? 0 : 1;
  }

  /** What waits is told anew then; what is not named has ended while nobody was told how. */
  #forgetWaiting(): void {
    for (let slot = 0; slot < FLIGHTS_MAX; slot += 1) {
      const sample = this.#samples[slot] ?? null;
      if (sample === null || !this.#waits(slot)) continue;
      this.#slots.delete(keyOf(sample.seq, this.copy(slot)));
      this.#samples[slot] = null;
    }
  }

  #waits(slot: number): boolean {
    return this.#samples[slot]?.fate === 'planned' && Number.isNaN(this.#endsMs[slot]);
  }

  #free(): number {
    let slot = this.#next;
    for (let tried = 0; tried < SEARCH_MAX && this.#waits(slot); tried += 1) slot = (slot + 1) % FLIGHTS_MAX;
    this.#next = (slot + 1) % FLIGHTS_MAX;
    return slot;
  }
}

function keyOf(seq: number, copy: number): number {
  return seq * COPIES_MAX + copy;
}

function set(into: FlightPlace, mark: FlightMark, share: number): true {
  into.mark = mark;
  into.share = Math.max(0, Math.min(1, share));
  return true;
}

function fly(ageMs: number, into: FlightPlace): boolean {
  return ageMs < FLIGHT_MS && set(into, 'flying', ageMs / FLIGHT_MS);
}

function burst(share: number, sinceMs: number, into: FlightPlace): boolean {
  if (sinceMs >= BURST_MS) return false;
  into.sinceMs = sinceMs;
  return set(into, 'burst', share);
}

/** In the middle; where nobody is to be reached, it does not get away from its sender. */
function drop({ cause }: FrameSample, ageMs: number, into: FlightPlace): boolean {
  const share = cause === 'absent' ? 0.04 : 0.5;
  const untilMs = FLIGHT_MS * share;
  return ageMs < untilMs ? set(into, 'flying', ageMs / FLIGHT_MS) : burst(share, ageMs - untilMs, into);
}

function hold(ageMs: number, endMs: number, isLost: boolean, into: FlightPlace): boolean {
  // Not so for one without an end.
  const sinceEndMs = ageMs - endMs;
  if (!(sinceEndMs >= 0)) return set(into, 'held', HELD_SHARE * Math.min(1, ageMs / TO_HELD_MS));
  if (isLost) return burst(HELD_SHARE, sinceEndMs, into);
  const share = HELD_SHARE + sinceEndMs / FLIGHT_MS;
  return share < 1 && set(into, 'flying', share);
}

/** Where the relay has it: the share of its delay that is over. */
function delay(ageMs: number, delayMs: number, endMs: number, isLost: boolean, into: FlightPlace): boolean {
  const mark = delayMs < DELAY_MS_MIN ? 'flying' : 'delayed';
  const plannedMs = Math.max(delayMs, FLIGHT_MS);
  if (isLost) {
    return ageMs < endMs
      ? set(into, mark, ageMs / plannedMs)
      : burst(Math.min(1, endMs / plannedMs), ageMs - endMs, into);
  }
  const wholeMs = Number.isNaN(endMs) ? plannedMs : Math.max(endMs, FLIGHT_MS);
  if (ageMs < wholeMs) return set(into, mark, ageMs / wholeMs);
  return Number.isNaN(endMs) && ageMs < wholeMs + OVERDUE_MS_MAX && set(into, mark, 1);
}
