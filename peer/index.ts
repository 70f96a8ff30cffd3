/** The entry point `whitewater/peer`: a peer of a cluster as a library. */
export { type Members, type MembersToChange, Peer, type PeerCounters, type PeerStatus } from './Peer.ts';
export type { Reign } from './replica/Leadership.ts';
export type { Patience } from './replica/Wait.ts';
export type { PeerOptions } from './PeerOptions.ts';
export type { PeerEventListener, PeerEventMap, PeerEventName, PeerEvents } from './PeerEvents.ts';
export { ELECTION_DEFAULTS, ELECTION_PRESETS, type ElectionOptions, type ElectionPreset } from './raft/options.ts';

// What a cluster can replicate: a state machine of your own, or this one.
export type { ApplyContext, StateMachine } from './ports/StateMachine.ts';
export { KeyValueMachine } from './machine/keyValue/KeyValueMachine.ts';
export { REPLICATION_DEFAULTS, type ReplicationOptions } from './raft/options.ts';

// What a peer can be given instead of what it brings.
export type { Clock, Timer } from '../endpoint/ports/Clock.ts';
export { SILENT_LOGGER, type Logger } from '../endpoint/ports/Logger.ts';
export type { FrameSigner } from '../endpoint/ports/FrameSigner.ts';
export type { SnapshotStore } from './ports/SnapshotStore.ts';
export { MemorySnapshotStore } from './snapshots/MemorySnapshotStore.ts';
export type { OpenedStorage, Storage, StoredState } from './ports/Storage.ts';
export { openLevelStorage } from './storage/openLevelStorage.ts';
export type { Database } from './storage/Database.ts';
export type { StoreOwner } from './storage/loadStore.ts';
export { openBrowserWebSocket, type BrowserWebSocket } from '../endpoint/transport/browserWebSocket.ts';
export type {
  OpenSocket,
  RelaySocket,
  SocketEnd,
  SocketHandlers,
  SocketOptions,
} from '../endpoint/transport/RelaySocket.ts';

// What its errors, ids, statuses and traces are made of.
export { ERRORS, type ErrorCode, WhitewaterError } from '../shared/errors.ts';
export type { ClusterId, PeerId } from '../shared/ids.ts';
export type { Role, Status } from '../shared/messages/Status.ts';
export { lineTrace, parseTraceTopics, SILENT_TRACE, TRACE_TOPICS } from '../shared/trace.ts';
export type { Trace, TraceRecord, TraceTopic } from '../shared/trace.ts';
