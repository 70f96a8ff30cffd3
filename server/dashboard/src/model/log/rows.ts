import type { Status } from '../../../../../shared/messages/Status.ts';
import type { Picture, SeenPeer } from '../Picture.ts';
import type { LogRow, LogRun, Stretch } from './LogView.ts';
import { agreedWithLeader, differences, joined, runsOf } from './runs.ts';

/** A log that the others are held against. */
interface Measure {
  readonly peer: SeenPeer;
  readonly status: Status;
  readonly runs: readonly LogRun[];
  /** Whether it is the leader's, which replaces what differs from it. */
  readonly leads: boolean;
}

/** The logs of all members that told of theirs, in the order of the picture. */
export function logRows(picture: Picture): readonly LogRow[] {
  const told = picture.peers.filter(({ view, standing }) => view.status !== null && standing === 'member');
  const measure = measureOf(picture, told);
  return told.map((peer) => rowOf(peer, measure));
}

/** The last index that any of them holds. */
export function lastOf(rows: readonly LogRow[]): number {
  return rows.reduce((last, row) => Math.max(last, row.last), 0);
}

/** Whose log is right where logs differ: the leader's; while nobody leads, the newest (paper, 5.4.1). Null when nobody told. */
function measureOf(picture: Picture, told: readonly SeenPeer[]): Measure | null {
  const newest = told.reduce<SeenPeer | null>(
    (best, peer) => (best === null || isNewer(peer, best) ? peer : best),
    null,
  );
  const leader = told.find(({ view }) => view.id === picture.leader);
  // One that is cut off still calls itself leader when the others have elected another, of whom nothing may be heard.
  const leads = leader?.view.status != null && leader.view.status.term >= (newest?.view.status?.lastLogTerm ?? 0);
  const peer = leads ? leader : newest;
  const status = peer?.view.status;
  return peer == null || status == null ? null : { peer, status, runs: runsOf(status), leads };
}

function isNewer(one: SeenPeer, other: SeenPeer): boolean {
  const [a, b] = [one.view.status, other.view.status];
  if (a === null || b === null) return a !== null;
  return (a.lastLogTerm - b.lastLogTerm || a.lastLogIndex - b.lastLogIndex) > 0;
}

function rowOf(peer: SeenPeer, measure: Measure | null): LogRow {
  const { id, status } = peer.view;
  if (status === null) throw new Error(`${id} told nothing of its log`);
  const runs = runsOf(status);
  const progress = measure?.leads === true ? measure.status.progress?.find((of) => of.peer === id) : undefined;
  return {
    peer: id,
    first: status.firstLogIndex,
    last: status.lastLogIndex,
    runs,
    commit: status.commitIndex,
    applied: status.lastApplied,
    durable: status.durableIndex,
    snapshot: status.snapshotIndex,
    told:
      progress === undefined || measure === null
        ? null
        : { next: progress.nextIndex, match: progress.matchIndex, by: measure.peer.view.id },
    agreed: agreedOf(status, runs, peer, measure),
    conflicts: conflictsOf(runs, peer, measure),
  };
}

function agreedOf(status: Status, runs: readonly LogRun[], peer: SeenPeer, measure: Measure | null): number | null {
  if (measure === null || !measure.leads || measure.peer === peer) return null;
  if (runs.length === 0 || measure.runs.length === 0) return null;
  return agreedWithLeader(status, measure.status);
}

/**
 * Where it differs from the measure: entries of other terms, and, of terms that are over, what lies beyond the measure's end.
 * An entry of the leader's own term beyond it says only that the leader's status is older.
 */
function conflictsOf(runs: readonly LogRun[], peer: SeenPeer, measure: Measure | null): readonly Stretch[] {
  if (measure === null || measure.peer === peer || measure.runs.length === 0) return [];
  const { status, leads } = measure;
  const isJudged = ({ term }: LogRun): boolean => term < (leads ? status.term : status.lastLogTerm);
  const beyond = runs
    .filter((run) => leads && isJudged(run) && run.to > status.lastLogIndex)
    .map(({ from, to }) => ({ from: Math.max(from, status.lastLogIndex + 1), to }));
  return joined([...differences(runs.filter(isNotNewer(status.term)), measure.runs), ...beyond]);
}

/** Of a term later than the measure's own the measure knows nothing yet. */
function isNotNewer(term: number): (run: LogRun) => boolean {
  return (run) => run.term <= term;
}
