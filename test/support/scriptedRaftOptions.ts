import {
  ELECTION_PRESETS,
  type ElectionOptions,
  type ElectionPreset,
  type PriorityOption,
  REPLICATION_DEFAULTS,
  type ReplicationOptions,
} from '../../peer/raft/options.ts';
import type { StoredRaftState } from '../../peer/raft/RaftState.ts';
import { peerId } from '../../shared/ids.ts';
import type { Configuration } from '../../shared/messages/Configuration.ts';
import type { Entry } from '../../shared/messages/Entry.ts';
import { storedState } from '../../sim/randomLogs.ts';
import { entriesOf } from './raftMessages.ts';

export interface ScriptedRaftOptions extends Partial<ElectionOptions & ReplicationOptions & PriorityOption> {
  /** The times and rules; `lab`, which is the plain Figure 2, unless told otherwise. No preset has a no-op here. */
  readonly preset?: ElectionPreset;
  readonly id?: string;
  /** How many voters: p1, p2, ... */
  readonly peers?: number;
  /** Who founded the cluster, in place of `peers`. */
  readonly configuration?: Configuration;
  /** The stored term; that of the last stored entry unless told otherwise. */
  readonly term?: number;
  readonly votedFor?: string | null;
  /** The terms of the stored entries. */
  readonly log?: readonly number[];
  /** The stored entries themselves. */
  readonly entries?: readonly Entry[];
  /** All that is stored, in place of the above. */
  readonly disk?: StoredRaftState;
  /** Half-way between the shortest and the longest timeout, each time, unless told otherwise. */
  readonly random?: () => number;
  /** Whether a write is durable at once; true unless told otherwise. Else call `persisted`. */
  readonly autoPersist?: boolean;
  /** Whether entries are applied at once; true unless told otherwise. */
  readonly autoApply?: boolean;
  /** False: the test calls `start` itself. */
  readonly started?: boolean;
}

/** What the options say is stored. */
export function diskOf({
  configuration,
  peers = 3,
  entries,
  log = [],
  term,
  votedFor,
}: ScriptedRaftOptions): StoredRaftState {
  const voters = Array.from({ length: peers }, (_, at) => peerId(`p${at + 1}`));
  const stored = entries ?? entriesOf(...log);
  const currentTerm = term ?? stored.at(-1)?.term ?? 0;
  const vote = votedFor === undefined || votedFor === null ? null : peerId(votedFor);
  const disk = storedState(voters, { currentTerm, votedFor: vote }, stored);
  return configuration === undefined ? disk : { ...disk, bootstrap: configuration };
}

/** The options that are the core's. */
export function rulesOf(options: ScriptedRaftOptions): Partial<ElectionOptions & ReplicationOptions & PriorityOption> {
  const names = ['priority', ...Object.keys(ELECTION_PRESETS.default), ...Object.keys(REPLICATION_DEFAULTS)];
  return Object.fromEntries(Object.entries(options).filter(([name]) => names.includes(name)));
}
