import { BinaryHeap } from '../shared/BinaryHeap.ts';
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
  #hasPromises = false;
  readonly #appointments = new BinaryHeap<Appointment>(isBefore);

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

  soon(callback: () => void): void {
    this.setArrival(this.#nowMs, callback);
  }

  /** Something of this turn goes on in promises: whoever moves the time lets them come to rest first. */
  settles(): void {
    this.#hasPromises = true;
  }

  /** @returns whether there may be promises that are not at rest; asked once for each turn */
  takeSettling(): boolean {
    const hadPromises = this.#hasPromises;
    this.#hasPromises = false;
    return hadPromises;
  }

  /** The time of the next appointment; undefined when there is none. */
  nextAtMs(): number | undefined {
    this.#dropStopped();
    return this.#appointments.first?.atMs;
  }

  /** Moves to the next appointment and keeps it. @returns false when there is none */
  runNext(): boolean {
    this.#dropStopped();
    const first = this.#appointments.take();
    if (first === undefined) return false;
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
    this.#appointments.add(appointment);
    return {
      stop: () => {
        appointment.callback = undefined;
      },
    };
  }

  #dropStopped(): void {
    const appointments = this.#appointments;
    while (appointments.first !== undefined && appointments.first.callback === undefined) appointments.take();
  }
}

function isBefore(one: Appointment, other: Appointment): boolean {
  if (one.atMs !== other.atMs) return one.atMs < other.atMs;
  if (one.kind !== other.kind) return one.kind < other.kind;
  return one.number < other.number;
}
