import type { Status } from '../shared/messages/Status.ts';
import type { Clock, Timer } from '../endpoint/ports/Clock.ts';

/** Between two statuses, whatever happens. */
const STATUS_MS_MIN = 50;
/** Between two statuses when nothing but indexes changed, or a slow disk owes more; and how long a write takes on a slow disk. */
const PROGRESS_STATUS_MS_MIN = 100;
/** Between two statuses when nothing but timers changed, or commit times. */
const QUIET_STATUS_MS_MIN = 500;

/**
 * Decides when the relay is told a peer's status: at once when role, term, vote, leader, members, votes or the ability to commit
 * changed, soon when indexes did, now and then when only timers did, and on every new connection. Changes that follow each
 * other faster are told together, and the last one always is. An idle cluster has no news but its timers.
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
  #sentProgress = '';
  #sentTimers = '';

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
    const sinceMs = this.#newsOf(status);
    if (sinceMs === undefined) return;
    const dueMs = this.#sentAtMs + sinceMs;
    if (nowMs >= dueMs) this.#tell(status);
    else this.#lookAt(dueMs);
  }

  /** @returns how long after the last one this status may be told, in milliseconds; undefined when it says nothing new */
  #newsOf(status: Status): number | undefined {
    if (factsOf(status) !== this.#sentFacts) return STATUS_MS_MIN;
    if (progressOf(status) !== this.#sentProgress) return PROGRESS_STATUS_MS_MIN;
    return timersOf(status) === this.#sentTimers ? undefined : QUIET_STATUS_MS_MIN;
  }

  #tell(status: Status): void {
    if (!this.#send(status)) return;
    this.#sentAtMs = this.#clock.nowMs();
    this.#sentFacts = factsOf(status);
    this.#sentProgress = progressOf(status);
    this.#sentTimers = timersOf(status);
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

/**
 * The runs of terms follow from the log's ends: by Log Matching its last index and term name all that is in it. A write that is
 * soon done is no news, and what it makes durable is: that must not wait behind a status which only said that it is under way.
 */
function progressOf({ lastLogIndex, lastLogTerm, commitIndex, lastApplied, disk, progress, ...log }: Status): string {
  const { firstLogIndex, durableIndex, snapshotIndex } = log;
  const indexes = [firstLogIndex, lastLogIndex, lastLogTerm, durableIndex, commitIndex, lastApplied, snapshotIndex];
  const others = progress?.map(({ peer, mode, nextIndex, matchIndex }) => [peer, mode, nextIndex, matchIndex]);
  const slowly = Math.floor((disk?.writingMs ?? 0) / PROGRESS_STATUS_MS_MIN);
  return JSON.stringify([indexes, slowly, others]);
}

/** Commit times change by themselves only as they grow old: a new one comes with a new commit index. */
function timersOf({ electionTimer, commits }: Status): string {
  return JSON.stringify([electionTimer?.timeoutMs, electionTimer?.reason, commits?.count]);
}
