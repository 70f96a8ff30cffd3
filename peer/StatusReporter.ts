import type { Status } from '../shared/messages/Status.ts';
import type { Clock, Timer } from '../endpoint/ports/Clock.ts';

/** Between two statuses, whatever happens. */
const STATUS_MS_MIN = 50;
/** Between two statuses when nothing but timers and indexes changed. */
const QUIET_STATUS_MS_MIN = 500;

/**
 * Decides when the relay is told a peer's status: at once when role, term, vote, leader, members, votes or the ability to commit
 * changed, now and then when only timers or indexes did, and on every new connection. Changes that follow each other
 * faster are told together, and the last one always is.
 */
export class StatusReporter {
  readonly #clock: Clock;
  readonly #current: () => Status;
  readonly #send: (status: Status) => boolean;
  #isConnected = false;
  #isStopped = false;
  #timer: { readonly atMs: number; readonly timer: Timer } | undefined;
  #sentAtMs = Number.NEGATIVE_INFINITY;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #sentFacts = '';
  #sentDetails = '';

  /**
   * @param current the status, as far as it may be told
   * @param send gives it to the relay; false when that is not possible now
   */
  constructor(clock: Clock, current: () => Status, send: (status: Status) => boolean) {
    this.#clock = clock;
    this.#current = current;
    this.#send = send;
  }

  setConnected(isConnected: boolean): void {
    this.#isConnected = isConnected;
    if (isConnected) this.#tell(this.#current());
  }

  /** Something happened. @param isUrgent something happened that a status shows, as against a timer or an index */
  changed(isUrgent: boolean): void {
    if (!this.#isConnected || this.#isStopped) return;
    // Looking costs more than most inputs do, so without a reason it is done now and then.
    const dueMs = (isUrgent ? this.#sentAtMs : this.#lookedAtMs) + STATUS_MS_MIN;
    if (this.#clock.nowMs() >= dueMs) this.#look();
    else this.#lookAt(dueMs);
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.timer.stop();
  }

  #look(): void {
    if (!this.#isConnected) return;
    const nowMs = (this.#lookedAtMs = this.#clock.nowMs());
    const status = this.#current();
    if (factsOf(status) !== this.#sentFacts) {
      if (nowMs >= this.#sentAtMs + STATUS_MS_MIN) this.#tell(status);
      else this.#lookAt(this.#sentAtMs + STATUS_MS_MIN);
    } else if (detailsOf(status) !== this.#sentDetails) {
      if (nowMs >= this.#sentAtMs + QUIET_STATUS_MS_MIN) this.#tell(status);
      else this.#lookAt(this.#sentAtMs + QUIET_STATUS_MS_MIN);
    }
  }

  #tell(status: Status): void {
    if (!this.#send(status)) return;
    this.#sentAtMs = this.#clock.nowMs();
    this.#sentFacts = factsOf(status);
    this.#sentDetails = detailsOf(status);
  }

  /** One timer, for the earliest look that was asked for. */
  #lookAt(atMs: number): void {
    if (this.#timer !== undefined && this.#timer.atMs <= atMs) return;
    this.#timer?.timer.stop();
    const timer = this.#clock.setTimer(atMs, () => {
      this.#timer = undefined;
      this.#look();
    });
    this.#timer = { atMs, timer };
  }
}

function factsOf({ role, term, votedFor, leader, canCommit, votes, ...members }: Status): string {
  const { voters, votersOutgoing, learners } = members;
  return JSON.stringify([role, term, votedFor, leader, voters, votersOutgoing, learners, canCommit, votes]);
}

function detailsOf({ lastLogIndex, lastLogTerm, commitIndex, lastApplied, electionTimer, ...log }: Status): string {
  const { timeoutMs, reason } = electionTimer ?? {};
  const { firstLogIndex, durableIndex, snapshotIndex } = log;
  const indexes = [firstLogIndex, lastLogIndex, lastLogTerm, durableIndex, commitIndex, lastApplied, snapshotIndex];
  return JSON.stringify([indexes, timeoutMs, reason]);
}
