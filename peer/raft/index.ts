/**
 * The entry point `whitewater/peer/raft`: the algorithm alone. It has no clock, timer, disk or network: inputs go in, effects come
 * out, and whoever runs it carries them out in order.
 */
export { Raft } from './Raft.ts';
export type { StoredRaftState } from './RaftState.ts';
export type { RaftStatus } from './status.ts';
export type { DeadlineReached, Input, MessageArrived, Persisted, Start } from './input.ts';
export type {
  Apply,
  Effect,
  HardState,
  IgnoreReason,
  Persist,
  RaftEvent,
  Report,
  RoleChangeReason,
  Send,
  SetDeadline,
  StorageStep,
} from './effect.ts';
export {
  checkOptions,
  ELECTION_DEFAULTS,
  ELECTION_PRESETS,
  type ElectionOptions,
  type ElectionPreset,
  type RaftOptions,
} from './options.ts';
export { type Configuration, isQuorum, majorityOf, quorumValue } from './configuration.ts';
export { InvariantViolation } from './invariant.ts';
