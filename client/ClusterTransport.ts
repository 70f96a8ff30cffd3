import type { Transport, ClientHandlers } from '../endpoint/ports/Transport.ts';

/** How a client reaches the peers of its cluster, best effort: over a relay, or from within one. */
export interface ClusterTransport extends Pick<Transport, 'send' | 'stop'> {
  start(handlers: ClientHandlers): void;
  /** Asks who is there; `onDirectory` brings the answer. @returns false when there is nobody to ask */
  lookUp(): boolean;
}
