import type { Clock, Timer } from '../endpoint/ports/Clock.ts';

/** At one time, what arrives comes before the timers: `Clock` promises that input is delivered first. */
const ARRIVAL = 0;
const TIMER = 1;

interface Appointment {
  readonly atMs: number;
  readonly kind: typeof ARRIVAL | typeof TIMER;
  readonly number: number;
  callback: (() => void) | undefined;
}

/**
 * Time that moves only when told to. Everything runs in one order: by time, then arrivals before timers, then in the order
 * in which it was asked for; two runs that ask the same get the same.
 */
export class VirtualClock implements Clock {
  #nowMs: number;
  #count = 0;
  /** A binary heap: the earliest stands first. */
  readonly #heap: Appointment[] = [];

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  /** Virtual time is its own epoch. */
  wallMs(): number {
    return this.#nowMs;
  }

  setTimer(atMs: number, callback: () => void): Timer {
    return this.#add(atMs, TIMER, callback);
  }

  /** Like a timer, but runs before the timers of the same time: for messages and finished writes. */
  setArrival(atMs: number, callback: () => void): Timer {
    return this.#add(atMs, ARRIVAL, callback);
  }

  /** The time of the next appointment; undefined when there is none. */
  nextAtMs(): number | undefined {
    this.#dropStopped();
    const first = this.#heap[0];
    return first?.atMs;
  }

  /** Moves to the next appointment and keeps it. @returns false when there is none */
  runNext(): boolean {
    this.#dropStopped();
    const first = this.#heap[0];
    if (first === undefined) return false;
    this.#removeFirst();
    this.#nowMs = first.atMs;
    const { callback } = first;
    first.callback = undefined;
    callback?.();
    return true;
  }

  /** Keeps every appointment up to the given time, those made meanwhile too, and stays there. */
  advanceTo(atMs: number): void {
    for (let next = this.nextAtMs(); next !== undefined && next <= atMs; next = this.nextAtMs()) this.runNext();
    this.#nowMs = Math.max(this.#nowMs, atMs);
  }

  advance(byMs: number): void {
    this.advanceTo(this.#nowMs + byMs);
  }

  #add(atMs: number, kind: Appointment['kind'], callback: () => void): Timer {
    const appointment: Appointment = { atMs: Math.max(atMs, this.#nowMs), kind, number: this.#count, callback };
    this.#count += 1;
    this.#push(appointment);
    return {
      stop: () => {
        appointment.callback = undefined;
      },
    };
  }

  #dropStopped(): void {
    while (this.#heap[0] !== undefined && this.#heap[0].callback === undefined) this.#removeFirst();
  }

  #push(appointment: Appointment): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = heap[parentAt];
      if (parent === undefined || isBefore(parent, appointment)) break;
      heap[at] = parent;
      at = parentAt;
    }
    heap[at] = appointment;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const leftAt = 2 * at + 1;
      const left = heap[leftAt];
      if (left === undefined) break;
      const right = heap[leftAt + 1];
      const childAt = right !== undefined && isBefore(right, left) ? leftAt + 1 : leftAt;
      const child = childAt === leftAt ? left : right;
      if (child === undefined || isBefore(last, child)) break;
      heap[at] = child;
      at = childAt;
    }
    heap[at] = last;
  }
}

function isBefore(one: Appointment, other: Appointment): boolean {
  if (one.atMs !== other.atMs) return one.atMs < other.atMs;
  if (one.kind !== other.kind) return one.kind < other.kind;
  return one.number < other.number;
}
