/** The entry point `whitewater/server/client`: a relay and its faults, for tests of whatever talks through it. */
export { Relay } from './Relay.ts';
export type { GivenNetwork, GivenPartition, GivenProfile, GivenRule } from '../../client/Given.ts';
export { Network, type PartitionOptions } from '../../client/Network.ts';
export { type ChangeOptions, NetworkClient, type RuleList } from '../../client/NetworkClient.ts';
export { RelayClient, type RelayClientOptions } from '../../client/RelayClient.ts';
export { describeView, type UntilOptions, type ViewCondition } from '../../client/untilView.ts';
export type { JournalOptions } from '../../client/JournalOptions.ts';
export type { JournalKind, JournalLine } from '../../shared/http/Journal.ts';
export type { RelayOptions } from '../options.ts';
export type { ClusterView, PeerView } from '../../shared/http/ClusterView.ts';
export type { NetworkView, Profile, RuleView } from '../../shared/http/Network.ts';
export type { Partition } from '../../shared/http/Partition.ts';
export type { Rule } from '../../shared/http/Rule.ts';
export { type ErrorCode, ERRORS, WhitewaterError } from '../../shared/errors.ts';
