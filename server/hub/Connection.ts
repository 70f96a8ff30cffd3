import type { ErrorCode } from '../../shared/errors.ts';
import type { ClusterId, PeerId } from '../../shared/ids.ts';

/** Who a connection claims to be. */
export interface Identity {
  readonly cluster: ClusterId;
  readonly id: PeerId;
  /** Not remembered when it goes; see Endpoint. */
  readonly isEphemeral: boolean;
  readonly remoteAddress: string;
  /** A client whose token allows neither changes of members nor transfers. */
  readonly isLimited?: boolean;
}

/** How frames reach an endpoint: a socket, or for the relay's own client of a cluster, a queue within this process. */
export interface Connection {
  /** Names it in the log, in the trace and in the live feed. */
  readonly id: string;
  readonly identity: Identity;
  /** Takes one text frame for this endpoint. @returns false when too much waits for it already */
  offer(frame: Uint8Array): boolean;
  /** Asks the endpoint to take its election timer for run out. @returns false when too much waits for it already */
  timeOut(): boolean;
  /** Tells the endpoint why, and closes. Its identity is free at once. */
  closeWith(code: ErrorCode, message: string): void;
  /** Ends it without a word, as a network would that breaks down. */
  cut(reason: string): void;
  /** Ends it without a word: the other end has given this connection up itself. */
  discard(reason: string): void;
}
