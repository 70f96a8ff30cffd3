import { invariant } from './invariant.ts';
import type { SnapshotStored, SnapshotTaken } from './input.ts';
import { entryBytes } from './log/Log.ts';
import type { RaftState } from './RaftState.ts';
import { configurationChanged } from './membership.ts';

/** Asks for a snapshot when the log behind the last one has grown too long, one at a time. */
export function askForSnapshot(state: RaftState): void {
  const { snapshot, lastApplied } = state;
  const snapshotIndex = snapshot?.index ?? 0;
  if (state.snapshotUnderWay || state.nowMs < state.noSnapshotUntilMs || lastApplied <= snapshotIndex) return;
  if (!isLong(state, 1) || (isBeingSent(state) && !isLong(state, OVERDUE_FACTOR))) return;
  state.snapshotUnderWay = true;
  state.outbox.do({ type: 'takeSnapshot', index: lastApplied });
}

/** A leader keeps the snapshot that a follower is fetching: with a newer one the follower would begin again, maybe for ever. */
function isBeingSent({ role, nowMs, options }: RaftState): boolean {
  if (role.type !== 'leader') return false;
  return [...role.progress.values()].some(
    ({ mode, heardAtMs }) =>
      mode === 'snapshot' && nowMs - heardAtMs < FETCH_SILENCE_FACTOR * options.electionTimeoutMsMax,
  );
}

/** One that fetches may be silent for so many election timeouts: to come back after a lost connection takes longer than one. */
const FETCH_SILENCE_FACTOR = 10;

/** But the log does not grow without bound for it: not beyond so many times what else is long. */
const OVERDUE_FACTOR = 4;

/** Whether the log behind the last snapshot is long, and not short as against that snapshot. */
function isLong({ log, options, snapshot, snapshotBytes, lastApplied }: RaftState, factor: number): boolean {
  const hasMany = lastApplied - (snapshot?.index ?? 0) >= factor * options.snapshotEntries;
  if (!hasMany && log.bytes < factor * options.snapshotBytes) return false;
  return log.bytes >= factor * options.snapshotShareMin * snapshotBytes;
}

/** After a snapshot that could not be stored. What hinders it, a full disk most likely, does not pass with the next entry. */
const RETRY_AFTER_MS = 5_000;

/** The state machine's own snapshot is stored: the log needs what is behind it no longer, but for a margin. */
export function snapshotTaken(state: RaftState, { index, bytes = 0 }: SnapshotTaken): void {
  state.snapshotUnderWay = false;
  if (index === 0) state.noSnapshotUntilMs = state.nowMs + RETRY_AFTER_MS;
  const { log, snapshot } = state;
  if (index <= (snapshot?.index ?? 0)) return;
  invariant(index <= state.lastApplied, `a snapshot at ${index}, but only ${state.lastApplied} is applied`);
  const taken = { index, term: log.termAt(index), configuration: state.configurations.at(index) };
  const baseIndex = baseBehind(state, index);
  const baseTerm = log.termAt(baseIndex);
  log.compact(baseIndex, state.outbox.upcomingSequence);
  state.configurations.compacted(baseIndex);
  state.snapshot = taken;
  state.snapshotBytes = bytes;
  state.outbox.write({ type: 'useSnapshot', snapshot: taken, baseIndex, baseTerm, replacesLog: false });
  state.outbox.report({ type: 'logCompacted', baseIndex, snapshotIndex: index });
}

/** Where the log begins behind a snapshot. Entries that trail must not make the log long by themselves, for then every one asked for a snapshot. */
function baseBehind({ log, options }: RaftState, index: number): number {
  const first = Math.max(log.baseIndex, index - options.trailingEntries);
  let baseIndex = index;
  for (let bytes = 0; baseIndex > first; baseIndex -= 1) {
    bytes += entryBytes(log.entryAt(baseIndex));
    if (bytes > options.snapshotBytes / 4) break;
  }
  return baseIndex;
}

/**
 * A leader's snapshot is stored whole: it comes into force (paper, Figure 13). What is behind it in the log stays if the log
 * agrees with it; otherwise it replaces the log. It never takes back what is committed.
 */
export function installSnapshot(state: RaftState, stored: SnapshotStored): void {
  const { log, outbox } = state;
  const { lastIncludedIndex: index, lastIncludedTerm: term, configuration } = stored;
  if (index <= state.commitIndex) return;
  const agrees = log.has(index) && log.termAt(index) === term;
  if (agrees) {
    log.compact(index, outbox.upcomingSequence);
    state.configurations.compacted(index);
  } else {
    log.replace({ index, term }, outbox.upcomingSequence);
    state.configurations.replaced(index, configuration);
  }
  state.commitIndex = index;
  state.handedOut = index;
  state.lastApplied = index;
  state.unappliedBytes = 0;
  state.snapshot = { index, term, configuration };
  state.snapshotBytes = stored.nextOffset;
  outbox.write({
    type: 'useSnapshot',
    snapshot: state.snapshot,
    baseIndex: index,
    baseTerm: term,
    replacesLog: !agrees,
  });
  outbox.do({ type: 'restore', snapshot: state.snapshot });
  outbox.report({ type: 'snapshotInstalled', index });
  configurationChanged(state);
}
