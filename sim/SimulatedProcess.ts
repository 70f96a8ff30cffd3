import type { Clock, Timer } from '../endpoint/ports/Clock.ts';
import { DriftingClock } from './DriftingClock.ts';
import { SimulationFailure } from './SimulationFailure.ts';
import type { VirtualClock } from './VirtualClock.ts';

/** More than this many inputs waiting for a stopped process is a defect. */
const WAITING_MAX = 100_000;

/** How a machine's clock goes, as against virtual time. */
export interface ClockRate {
  /** Of its monotonic clock: 1.01 runs one hundredth too fast. */
  readonly rate: number;
  /** How far its time of day is ahead. */
  readonly wallOffsetMs: number;
}

const RIGHT: ClockRate = { rate: 1, wallOffsetMs: 0 };

/** A timer that has not fired yet. */
interface Pending {
  readonly atMs: number;
  readonly fire: () => void;
  timer: Timer;
}

/**
 * One operating-system process: it can be killed, and stopped as by SIGSTOP. A stopped one takes in and gives out nothing, its work
 * stands still, and its timers do not fire; when it goes on, what arrived meanwhile comes first, then the timers that are due. So it
 * is with one that works: it has one thread. Its own clock shows how far it has come with its work, ahead of everybody else's time,
 * and what it sends leaves then.
 */
export class SimulatedProcess implements Clock {
  readonly #clock: VirtualClock;
  readonly #drifting: DriftingClock;
  #wallOffsetMs: number;
  #state: 'running' | 'paused' | 'killed' = 'running';
  #arrived: (() => void)[] = [];
  #due: (() => void)[] = [];
  /** What would leave, or go on, by now: it is stopped. */
  #heldUp: (() => void)[] = [];
  readonly #timers = new Set<Pending>();
  /** Its work is done then, if it had never been stopped. */
  #busyUntilMs = 0;
  /** In all, before it was stopped last. */
  #stoppedForMs = 0;
  #stoppedAtMs = 0;

  constructor(clock: VirtualClock, rate: ClockRate = RIGHT) {
    this.#clock = clock;
    this.#drifting = new DriftingClock(rate.rate);
    this.#wallOffsetMs = rate.wallOffsetMs;
  }

  nowMs(): number {
    const nowMs = this.#clock.nowMs();
    return this.#drifting.shownAt(this.isPaused ? nowMs + this.lagMs : Math.max(nowMs, this.#idleAtMs));
  }

  wallMs(): number {
    return this.nowMs() + this.#wallOffsetMs;
  }

  /** Somebody sets its time of day. */
  setWallOffset(offsetMs: number): void {
    this.#wallOffsetMs = offsetMs;
  }

  /** From now on its monotonic clock goes at another rate. */
  setRate(rate: number): void {
    // What it has shown already lies ahead if it works.
    this.#drifting.setRate(rate, this.#clock.nowMs() + this.lagMs);
    for (const pending of this.#timers) {
      pending.timer.stop();
      this.#arm(pending);
    }
  }

  get isKilled(): boolean {
    return this.#state === 'killed';
  }

  get isPaused(): boolean {
    return this.#state === 'paused';
  }

  /** How much of its work is still to be done: what it gives out now leaves only then. */
  get lagMs(): number {
    return Math.max(0, this.#idleAtMs - (this.isPaused ? this.#stoppedAtMs : this.#clock.nowMs()));
  }

  /** Works for so long; others have their turn behind that. */
  work(forMs: number): void {
    if (forMs <= 0) return;
    const wasBusy = this.lagMs > 0;
    this.#busyUntilMs = Math.max(this.#clock.nowMs() - this.#stoppedForMs, this.#busyUntilMs) + forMs;
    if (!wasBusy) this.#wakeUp();
  }

  /** Gives something out once the work before it is done, unless the process is no more by then. */
  giveOut(output: () => void): void {
    this.#whenWorked(this.#busyUntilMs, output);
  }

  kill(): void {
    this.#state = 'killed';
    this.#arrived = [];
    this.#due = [];
    this.#heldUp = [];
  }

  pause(): void {
    if (this.#state !== 'running') return;
    this.#state = 'paused';
    this.#stoppedAtMs = this.#clock.nowMs();
  }

  resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'running';
    this.#stoppedForMs += this.#clock.nowMs() - this.#stoppedAtMs;
    const heldUp = this.#heldUp;
    this.#heldUp = [];
    for (const goOn of heldUp) goOn();
    this.#goOn();
  }

  /** An input from outside: a message, a finished write. */
  takeIn(input: () => void): void {
    if (this.#state === 'killed') return;
    if (this.#isIdle && this.#arrived.length === 0) return input();
    if (this.#arrived.length === WAITING_MAX) throw new SimulationFailure(`${WAITING_MAX} inputs wait for a process`);
    this.#arrived.push(input);
  }

  /** @param atMs by this process's clock, as all times within it */
  setTimer(atMs: number, callback: () => void): Timer {
    let isStopped = false;
    const fire = (): void => {
      this.#timers.delete(pending);
      this.#fire(() => {
        if (!isStopped) callback();
      });
    };
    const pending: Pending = { atMs, fire, timer: { stop: () => undefined } };
    this.#arm(pending);
    return {
      stop: () => {
        isStopped = true;
        this.#timers.delete(pending);
        pending.timer.stop();
      },
    };
  }

  #arm(pending: Pending): void {
    this.#timers.add(pending);
    pending.timer = this.#clock.setTimer(this.#drifting.reaches(pending.atMs), pending.fire);
  }

  soon(callback: () => void): void {
    this.#clock.soon(() => this.takeIn(callback));
  }

  get #isIdle(): boolean {
    return this.#state === 'running' && this.#clock.nowMs() >= this.#idleAtMs;
  }

  /** When its work is done, if it is not stopped any more. */
  get #idleAtMs(): number {
    return this.#busyUntilMs + this.#stoppedForMs;
  }

  /** @param workMs a time at which this much of its work is done, if it had never been stopped */
  #whenWorked(workMs: number, act: () => void): void {
    if (this.#state === 'killed') return;
    if (this.#state === 'paused') return void this.#heldUp.push(() => this.#whenWorked(workMs, act));
    const atMs = workMs + this.#stoppedForMs;
    if (this.#clock.nowMs() >= atMs) return act();
    this.#clock.setArrival(atMs, () => this.#whenWorked(workMs, act));
  }

  #wakeUp(): void {
    this.#whenWorked(this.#busyUntilMs, () => {
      if (this.lagMs > 0) this.#wakeUp();
      else this.#goOn();
    });
  }

  /** What waits has its turn, as long as none of it makes more work. */
  #goOn(): void {
    while (this.#isIdle) {
      const input = this.#arrived.shift();
      if (input === undefined) break;
      input();
    }
    if (!this.#isIdle) return;
    const due = this.#due;
    this.#due = [];
    for (const callback of due) this.#clock.setTimer(this.#clock.nowMs(), () => this.#fire(callback));
  }

  #fire(callback: () => void): void {
    if (this.#isIdle) callback();
    else if (this.#state !== 'killed') this.#due.push(callback);
  }
}
