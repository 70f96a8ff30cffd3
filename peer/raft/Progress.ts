/**
 * How a leader feeds one follower (after etcd's tracker).
 * - `probe`: it does not know where the logs agree; one message at a time
 * - `replicate`: it knows; messages leave without waiting for answers, up to the window
 * - `snapshot`: what the follower needs next is no longer in the log; one piece of the snapshot at a time
 */
export type ProgressMode = 'probe' | 'replicate' | 'snapshot';

interface InFlight {
  readonly lastIndex: number;
  readonly bytes: number;
}

/**
 * Once so many bytes of entries are unanswered by one follower, more leave only with its answers: a whole log sent at once to one that
 * lags would hold up the others, who share the leader's time and its connection.
 */
const BYTES_IN_FLIGHT_MAX = 524_288;

/** What a leader knows of one peer (paper, Figure 2: nextIndex and matchIndex). */
export class Progress {
  mode: ProgressMode = 'probe';
  nextIndex: number;
  matchIndex = 0;
  /** When it last answered in this term; the time of the election until it did. */
  heardAtMs: number;
  /** What it said of itself; see PriorityOption. Nobody is preferred before it said so. */
  priority = 0;
  /** What it said of itself: leadership cannot be handed to it. */
  neverLeads = false;
  /** The newest round of heartbeats that it answered. */
  roundAnswered = 0;
  /** While probing: the one message with entries is unanswered. It may be lost: then the answer to a heartbeat tells what to send. */
  isProbeOutstanding = false;
  /** While replicating: the unanswered messages with entries, oldest first, and the bytes of all of them. */
  readonly #inFlight: InFlight[] = [];
  #bytesInFlight = 0;
  /** While sending a snapshot: which one, up to where the follower has it, and when the newest piece left. */
  snapshotIndex = 0;
  snapshotOffset = 0;
  chunkSentAtMs = Number.NEGATIVE_INFINITY;
  chunkId = 0;

  constructor(nextIndex: number, heardAtMs: number) {
    this.nextIndex = nextIndex;
    this.heardAtMs = heardAtMs;
  }

  /** The follower's log agrees up to `index`. Late and repeated answers change nothing. */
  matched(index: number): void {
    this.matchIndex = Math.max(this.matchIndex, index);
    this.nextIndex = Math.max(this.nextIndex, this.matchIndex + 1);
    for (let oldest = this.#inFlight[0]; oldest !== undefined; oldest = this.#inFlight[0]) {
      if (oldest.lastIndex > this.matchIndex) break;
      this.#bytesInFlight -= oldest.bytes;
      this.#inFlight.shift();
    }
    if (this.mode !== 'snapshot' || this.matchIndex >= this.snapshotIndex) this.#become('replicate');
  }

  /** The logs do not agree at `nextIndex - 1`: go back, but never to what is known to match. */
  probeFrom(nextIndex: number): void {
    this.#become('probe');
    this.nextIndex = Math.max(this.matchIndex + 1, nextIndex);
    this.isProbeOutstanding = false;
  }

  sendSnapshot(index: number): void {
    this.#become('snapshot');
    this.snapshotIndex = index;
    this.snapshotOffset = 0;
    this.chunkSentAtMs = Number.NEGATIVE_INFINITY;
  }

  /**
   * The follower holds this much of a snapshot.
   * @returns whether the next piece should leave: not for an answer that came late or twice, which would begin a second stream,
   *   nor for one that tells of no progress, which would go round without end
   */
  chunkStored(snapshotIndex: number, nextOffset: number, inReplyTo: number): boolean {
    const isOfThis = snapshotIndex === this.snapshotIndex;
    const isProgress = isOfThis && nextOffset > this.snapshotOffset;
    const isNewest = inReplyTo === this.chunkId && !(isOfThis && nextOffset === this.snapshotOffset);
    if (!isProgress && !isNewest) return false;
    this.snapshotIndex = snapshotIndex;
    this.snapshotOffset = nextOffset;
    return true;
  }

  /** A message with entries up to `lastIndex` left, of so many bytes. */
  sent(lastIndex: number, bytes: number): void {
    if (this.mode === 'probe') {
      this.isProbeOutstanding = true;
    } else if (lastIndex >= this.nextIndex) {
      this.#inFlight.push({ lastIndex, bytes });
      this.#bytesInFlight += bytes;
      this.nextIndex = lastIndex + 1;
    }
  }

  /** Whether entries may leave now, within the window. */
  mayReceiveEntries(messagesInFlightMax: number): boolean {
    switch (this.mode) {
      case 'probe':
        return !this.isProbeOutstanding;
      case 'replicate':
        return this.#inFlight.length < messagesInFlightMax && this.#bytesInFlight < BYTES_IN_FLIGHT_MAX;
      case 'snapshot':
        return false;
    }
  }

  #become(mode: ProgressMode): void {
    if (this.mode === mode) return;
    this.mode = mode;
    this.#inFlight.length = 0;
    this.#bytesInFlight = 0;
    this.isProbeOutstanding = false;
    if (mode === 'replicate') this.nextIndex = this.matchIndex + 1;
  }
}
