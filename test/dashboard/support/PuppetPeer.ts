import { WebSocket } from 'ws';
import { encodeFrame, RELAY_ADDRESS } from '../../../shared/envelope.ts';
import type { ClusterId, PeerId } from '../../../shared/ids.ts';
import { type Message, PROTOCOL_VERSION } from '../../../shared/protocol.ts';
import type { Status } from '../../../shared/messages/Status.ts';

/** An endpoint that tells the relay whatever a test wants seen, for states that a real cluster leaves in a blink. */
export class PuppetPeer {
  readonly id: PeerId;
  readonly #socket: WebSocket;
  #framesSent = 0;

  /** Resolves when the relay has accepted it. */
  static async connect(relay: string, cluster: ClusterId, id: PeerId): Promise<PuppetPeer> {
    const puppet = new PuppetPeer(relay, cluster, id);
    await puppet.#welcomed();
    return puppet;
  }

  private constructor(relay: string, cluster: ClusterId, id: PeerId) {
    this.id = id;
    this.#socket = new WebSocket(`${relay.replace('http', 'ws')}/peer?cluster=${cluster}&id=${id}`);
    // Told by the close event that follows it.
    this.#socket.on('error', () => undefined);
  }

  tell(status: Status): void {
    this.#send({ to: RELAY_ADDRESS, type: 'Status', body: status });
  }

  /** A heartbeat, as far as the relay can see. */
  say(to: PeerId): void {
    const body = { term: 1, prevLogIndex: 0, prevLogTerm: 0, entries: [], leaderCommit: 0, round: 0 };
    this.#send({ to, type: 'AppendEntries', body });
  }

  stop(): void {
    this.#socket.terminate();
  }

  #welcomed(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.once('close', (code, reason) => reject(new Error(`${this.id}: ${code} ${reason.toString()}`)));
      this.#socket.once('message', () => resolve());
      this.#socket.once('open', () =>
        this.#send({
          to: RELAY_ADDRESS,
          type: 'Hello',
          body: {
            protocolVersion: PROTOCOL_VERSION,
            application: 'raft',
            instance: `puppet-${this.id}-${process.pid}`,
            software: 'puppet',
          },
        }),
      );
    });
  }

  #send({ to, type, body }: { to: PeerId | typeof RELAY_ADDRESS } & Message): void {
    this.#framesSent += 1;
    this.#socket.send(encodeFrame({ type, from: this.id, to, id: this.#framesSent, body }));
  }
}
