import type { PeerId } from '../../shared/ids.ts';
import type { ClientRequest } from '../../shared/messages/ClientRequest.ts';
import type { EndpointMessage } from '../../shared/protocol.ts';
import type {
  Accepted,
  Apply,
  ReadReady,
  Refused,
  Restore,
  SendSnapshotChunk,
  SnapshotMetadata,
  StoreSnapshotChunk,
  TakeSnapshot,
  Transferred,
} from '../raft/effect.ts';
import type {
  Applied,
  ChangeMembership,
  Propose,
  Read,
  SnapshotChunkStored,
  SnapshotStored,
  SnapshotTaken,
  StepDown,
  Transfer,
} from '../raft/input.ts';

export type ApplicationEffect =
  | Apply
  | Accepted
  | Refused
  | ReadReady
  | Transferred
  | TakeSnapshot
  | SendSnapshotChunk
  | StoreSnapshotChunk
  | Restore;

export type ApplicationInput =
  | Propose
  | Read
  | ChangeMembership
  | Transfer
  | StepDown
  | Applied
  | SnapshotTaken
  | SnapshotChunkStored
  | SnapshotStored;

/** What an application may ask of the driver that runs it. */
export interface ApplicationHost {
  /** One more input for the core. Never within `carryOut`. */
  feed(input: ApplicationInput): void;
  /**
   * Sends a message once everything up to `after` is durable.
   * @returns false when it was certainly dropped
   */
  send(to: PeerId, id: number, message: EndpointMessage, after: number): boolean;
  /** The peer cannot go on. */
  fail(error: Error): void;
}

/** What is replicated, and whoever makes requests of it: the part of a peer that is neither Raft nor its store. */
export interface Application {
  start(host: ApplicationHost): void;
  /** Does, or begins to do, what the core asked for. Gives back its answers later, never within this call. */
  carryOut(effect: ApplicationEffect): void;
  /** A client asks for something. */
  receive(from: PeerId, frameId: number, request: ClientRequest): void;
  /** The snapshot is in force, durable. */
  snapshotInForce(snapshot: SnapshotMetadata): void;
  stop(): void;
}
