import type { LiveFrames } from '../../../../../shared/http/Frames.ts';
import type { PeerId } from '../../../../../shared/ids.ts';
import type { Status } from '../../../../../shared/messages/Status.ts';
import { ClockFall } from '../history/ClockFall.ts';
import type { FeedWatcher } from '../history/FeedWatcher.ts';
import type { LogRun } from '../log/LogView.ts';
import { joined, runsOf, termAt } from '../log/runs.ts';
import type { Picture } from '../Picture.ts';
import { type Happening, LOST_MAX, type LostFrame, type Replaced, type Trail, TRAIL_MAX } from './Trail.ts';

/** Committed runs that are remembered, the newest. */
const COMMITTED_MAX = 256;

interface Committed extends LogRun {
  readonly by: PeerId;
}

/** Bounds: TRAIL_MAX happenings, LOST_MAX frames, COMMITTED_MAX runs. */
export class KeptTrail implements Trail {
  #happenings: Happening[] = [];
  #lost: LostFrame[] = [];
  #committed: Committed[] = [];
  readonly #clock = new ClockFall();

  /** Notes what a message tells. What was noted is forgotten when the history is, which names the same times. */
  readonly watch: FeedWatcher = (message, after, before) => {
    if (this.#clock.falls(message.timeMs)) this.#forget();
    if (message.type === 'frames') this.#noteLost(message);
    else this.#noteStatuses(message.timeMs, after, before);
  };

  until(atMs: number): readonly Happening[] {
    return this.#happenings.filter((happening) => happening.atMs <= atMs).reverse();
  }

  lostUntil(atMs: number): readonly LostFrame[] {
    return this.#lost.filter((frame) => frame.atMs <= atMs).reverse();
  }

  #forget(): void {
    this.#happenings = [];
    this.#lost = [];
    this.#committed = [];
  }

  #noteLost({ frames, timeMs: toldMs }: LiveFrames): void {
    for (const { fate, timeMs, seq, type, from, to, cause, strikes } of frames) {
      if (fate !== 'dropped') continue;
      this.#lost.push({
        atMs: Math.min(timeMs, toldMs),
        seq,
        type,
        from,
        to,
        cause: cause ?? null,
        strikes: strikes ?? [],
      });
    }
    if (this.#lost.length > LOST_MAX) this.#lost = this.#lost.slice(-LOST_MAX);
  }

  #noteStatuses(atMs: number, after: Picture, before: Picture | null): void {
    const earlier = new Map(before?.peers.map(({ view }) => [view.id, view.status]));
    const told = after.peers.flatMap(({ view: { id, status } }) => {
      const was = earlier.get(id) ?? null;
      return status === null || status === was ? [] : [{ id, status, was }];
    });
    // First what all tell at once: by it is seen what one of them lost.
    for (const { id, status } of told) this.#noteCommitted(id, status);
    for (const { id, status, was } of told) {
      this.#noteRefusals(atMs, id, status, was, after);
      if (was !== null) {
        const isRestart = status.uptimeMs < was.uptimeMs || status.pid !== was.pid;
        this.#noteRole(atMs, id, was, status, isRestart);
        this.#noteReplaced(atMs, id, was, status, isRestart);
        this.#noteTaken(atMs, id, was, status, isRestart);
      }
    }
  }

  #add(happening: Happening): void {
    this.#happenings.push(happening);
    // Cut in one go, so that a full trail does not move with every happening.
    if (this.#happenings.length >= 2 * TRAIL_MAX) this.#happenings = this.#happenings.slice(-TRAIL_MAX);
  }

  #noteRefusals(atMs: number, candidate: PeerId, asking: Status, was: Status | null, picture: Picture): void {
    const isPreVote = asking.role === 'preCandidate';
    const isSame = was !== null && was.role === asking.role && was.term === asking.term;
    for (const { peer: voter, refusal } of asking.votes?.refused ?? []) {
      if (isSame && was.votes?.refused.some((old) => old.peer === voter && old.refusal === refusal) === true) continue;
      const asked = picture.peers.find(({ view }) => view.id === voter)?.view.status ?? null;
      const term = isPreVote ? asking.term + 1 : asking.term;
      this.#add({ kind: 'refused', atMs, voter, candidate, refusal, term, isPreVote, asking, asked });
    }
  }

  #noteRole(atMs: number, peer: PeerId, before: Status, after: Status, isRestart: boolean): void {
    const isNewReign = after.role === 'leader' && before.term !== after.term;
    if (before.role === after.role && !isNewReign) return;
    this.#add({ kind: 'role', atMs, peer, from: before.role, to: after.role, before, after, isRestart });
  }

  /** By what the log told before and does not tell any more: of another term now, or beyond its end. */
  #noteReplaced(atMs: number, peer: PeerId, before: Status, after: Status, isRestart: boolean): void {
    if (after.terms === undefined) return;
    const now = runsOf(after);
    const firstTold = now[0]?.from ?? after.firstLogIndex;
    for (const run of runsOf(before)) {
      const gone = joined(
        [
          ...now.filter(({ term }) => term !== run.term).map(({ from, to }) => overlap(run, from, to)),
          overlap(run, after.lastLogIndex + 1, Infinity),
        ].filter(({ from, to }) => from <= to && from >= firstTold),
      );
      for (const { from, to } of gone) this.#add(this.#replaced({ atMs, peer, run, from, to, after, isRestart }));
    }
  }

  /**
   * What was not known to be committed and is gone behind a snapshot. That may hold the very same: only where another term is known
   * to be committed there, it does not.
   */
  #noteTaken(atMs: number, peer: PeerId, before: Status, after: Status, isRestart: boolean): void {
    const told = runsOf(after);
    const until = Math.min(after.snapshotIndex, (told[0]?.from ?? after.firstLogIndex) - 1);
    if (after.terms === undefined || until <= before.commitIndex) return;
    for (const run of runsOf(before)) {
      // While a term lasts its leader gives up nothing of it.
      if (run.term === after.term) continue;
      const isKept = this.#committed.find(({ term }) => term === run.term)?.to ?? 0;
      const { from, to } = overlap(run, Math.max(before.commitIndex, isKept) + 1, until);
      if (from > to) continue;
      const others = this.#committed.filter((one) => one.term !== run.term && one.from <= to && one.to >= from);
      const lostFrom = Math.min(to + 1, ...others.map((other) => Math.max(from, other.from)));
      const by = others.find((other) => other.from <= lostFrom && other.to >= lostFrom)?.term ?? null;
      for (const [first, last, byTerm] of [
        [from, lostFrom - 1, null],
        // What differs at one index differs at all later ones.
        [lostFrom, to, by],
      ] as const) {
        if (first > last) continue;
        const gone = { atMs, peer, run, from: first, to: last, after, isRestart };
        this.#add({ ...this.#replaced(gone), byTerm, snapshotIndex: after.snapshotIndex });
      }
    }
  }

  #replaced({ atMs, peer, run, from, to, after, isRestart }: Gone): Replaced {
    const held = this.#committed.find(
      (committed) => committed.term === run.term && committed.from <= to && committed.to >= from,
    );
    const byTerm = termAt(runsOf(after), from);
    const { leader, term: leaderTerm } = after;
    return {
      ...{ kind: 'replaced', atMs, peer, term: run.term, from, to, leader, leaderTerm, byTerm, isRestart },
      snapshotIndex: null,
      committedBy: held?.by ?? null,
    };
  }

  #noteCommitted(by: PeerId, status: Status): void {
    for (const run of runsOf(status)) {
      const to = Math.min(run.to, status.commitIndex);
      if (to < run.from) continue;
      const at = this.#committed.findIndex(({ term }) => term === run.term);
      const known = this.#committed[at];
      if (known === undefined) this.#committed.push({ term: run.term, from: run.from, to, by });
      else if (to > known.to || run.from < known.from) {
        const grown = { term: run.term, from: Math.min(known.from, run.from), to: Math.max(known.to, to) };
        this.#committed[at] = { ...grown, by: to > known.to ? by : known.by };
      }
    }
    if (this.#committed.length > COMMITTED_MAX) this.#committed = this.#committed.slice(-COMMITTED_MAX);
  }
}

interface Gone {
  readonly atMs: number;
  readonly peer: PeerId;
  readonly run: LogRun;
  readonly from: number;
  readonly to: number;
  readonly after: Status;
  readonly isRestart: boolean;
}

function overlap(run: LogRun, from: number, to: number): { readonly from: number; readonly to: number } {
  return { from: Math.max(run.from, from), to: Math.min(run.to, to) };
}
