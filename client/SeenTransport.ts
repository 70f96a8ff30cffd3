import type { EndpointMessage } from '../shared/protocol.ts';
import type { PeerId } from '../shared/ids.ts';
import type { ClusterTransport } from './ClusterTransport.ts';

/** A transport, and what was last seen of its other end: for errors that say what is missing. */
export class SeenTransport implements ClusterTransport {
  readonly #transport: ClusterTransport;
  #isConnected = false;
  #peers: number | undefined;

  constructor(transport: ClusterTransport) {
    this.#transport = transport;
  }

  start(handlers: Parameters<ClusterTransport['start']>[0]): void {
    this.#transport.start({
      onMessage: (from, id, message) => handlers.onMessage(from, id, message),
      onConnected: (connected) => {
        this.#isConnected = connected;
        if (!connected) this.#peers = undefined;
        handlers.onConnected(connected);
      },
      onDirectory: (directory) => {
        this.#peers = directory.peers.length;
        handlers.onDirectory(directory);
      },
      onFailed: (error) => handlers.onFailed(error),
    });
  }

  send(to: PeerId, id: number, message: EndpointMessage): boolean {
    return this.#transport.send(to, id, message);
  }

  lookUp(): boolean {
    return this.#transport.lookUp();
  }

  stop(): Promise<void> {
    return this.#transport.stop();
  }

  /** Why no peer can be asked now; undefined when one can. */
  get missing(): string | undefined {
    if (!this.#isConnected) return 'no relay answers: see that one runs at the address given';
    if (this.#peers === 0)
      return 'the relay knows no peer of this cluster: see that they run, with "whitewater status"';
    return undefined;
  }
}
