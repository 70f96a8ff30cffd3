/** The entry point `whitewater/client`: using a cluster, and steering a relay, from outside. */
export { ClusterClient, type ClusterClientOptions, type Patience, type QueryOptions } from './ClusterClient.ts';
export type { ClusterTransport } from './ClusterTransport.ts';
export type { FrameSigner } from '../endpoint/ports/FrameSigner.ts';
export { connectCluster, type ConnectOptions } from './connectCluster.ts';
export { KeyValueClient, type KeyValueCarrier, type KeyValueCluster } from './KeyValueClient.ts';
export type { KeyValueList, ListOptions, WatchOptions } from './KeyValueClient.ts';
export type { RelayWatchOptions } from './followChanges.ts';
export { RelayClient, type RelayClientOptions } from './RelayClient.ts';
export { Network, type PartitionOptions } from './Network.ts';
export { ProcessClient } from './ProcessClient.ts';
export { type ChangeOptions, NetworkClient, type RuleList } from './NetworkClient.ts';
export type { UntilOptions, ViewCondition } from './untilView.ts';
export type { JournalOptions } from './JournalOptions.ts';
export type { JournalKind, JournalLine } from '../shared/http/Journal.ts';
export { type ErrorCode, ERRORS, WhitewaterError } from '../shared/errors.ts';
export type {
  KeyValueAnswer,
  KeyValueChange,
  KeyValueCommand,
  KeyValueItem,
  KeyValueQuery,
  KeyValueResult,
} from '../shared/keyValue.ts';
