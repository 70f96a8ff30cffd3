/**
 * The entry point `whitewater/peer/raft`: the algorithm alone. It has no clock, timer, disk or network: inputs go in, effects come
 * out, and whoever runs it carries them out in order.
 */
export { Raft } from './Raft.ts';
export type { StoredRaftState } from './RaftState.ts';
export type { RaftStatus } from './status.ts';
export type {
  Applied,
  ChangeMembership,
  DeadlineReached,
  Input,
  MessageArrived,
  Persisted,
  Proposal,
  Propose,
  Read,
  SnapshotChunkStored,
  SnapshotStored,
  SnapshotTaken,
  Start,
  StepDown,
  Transfer,
} from './input.ts';
export type {
  Accepted,
  Apply,
  Effect,
  HardState,
  Persist,
  ReadReady,
  RefusalReason,
  Refused,
  Report,
  Restore,
  Send,
  SendSnapshotChunk,
  SetDeadline,
  SnapshotMetadata,
  StorageStep,
  StoreSnapshotChunk,
  TakeSnapshot,
  Transferred,
} from './effect.ts';
export type { IgnoreReason, RaftEvent, RoleChangeReason } from './event.ts';
export {
  completeOptions,
  type CompleteOptions,
  ELECTION_DEFAULTS,
  ELECTION_PRESETS,
  type ElectionOptions,
  type ElectionPreset,
  type RaftOptions,
  REPLICATION_DEFAULTS,
  type ReplicationOptions,
} from './options.ts';
export {
  configurationOf,
  isJoint,
  isQuorum,
  majorityOf,
  type MembershipTarget,
  NO_CONFIGURATION,
  quorumValue,
} from './configuration.ts';
export type { Configuration } from '../../shared/messages/Configuration.ts';
export { InvariantViolation } from './invariant.ts';
