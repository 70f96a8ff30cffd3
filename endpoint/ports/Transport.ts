import type { PeerId } from '../../shared/ids.ts';
import type { Directory } from '../../shared/messages/Directory.ts';
import type { Status } from '../../shared/messages/Status.ts';
import type { EndpointMessage } from '../../shared/protocol.ts';

export interface TransportHandlers {
  /** A message addressed to this endpoint, its body held against the schema. */
  onMessage(from: PeerId, id: number, message: EndpointMessage): void;
  /** The connection is there, or gone. */
  onConnected(connected: boolean): void;
  /** Whom the relay knows: the answer to `lookUp`. */
  onDirectory?(directory: Directory): void;
  /** The relay asks this peer to take its election timer for run out; see TimeOut. */
  onTimeOut?(): void;
  /** The transport gave up for good, such as when another process took this identity. */
  onFailed(error: Error): void;
}

/** What a client wants to be told: it asks who is there, and has no election timer. */
export type ClientHandlers = Required<Omit<TransportHandlers, 'onTimeOut'>>;

/**
 * Carries messages, best effort: a message may be lost, doubled, late or out of order. Nothing here throws or waits,
 * and every queue is bounded.
 */
export interface Transport {
  /** Handlers are not called within this call. */
  start(handlers: TransportHandlers): void;
  /** @returns false when the message was certainly dropped: not connected, or the queue is full */
  send(to: PeerId, id: number, message: EndpointMessage): boolean;
  /** A newer status replaces one that has not left yet. @returns false when there is no connection to send it on */
  sendStatus(status: Status): boolean;
  /** No handler is called after this, even before the promise settles. */
  stop(): Promise<void>;
}
