import type { Transport, TransportHandlers } from '../../endpoint/ports/Transport.ts';
import type { PeerId } from '../../shared/ids.ts';
import type { Status } from '../../shared/messages/Status.ts';
import type { RaftMessage } from '../../shared/protocol.ts';
import type { VirtualClock } from '../../sim/VirtualClock.ts';

/** A network without faults in virtual time, for tests of the driver. */
export class MemoryNetwork {
  readonly clock: VirtualClock;
  readonly latencyMs: number;
  readonly transports = new Map<PeerId, MemoryTransport>();

  constructor(clock: VirtualClock, latencyMs = 1) {
    this.clock = clock;
    this.latencyMs = latencyMs;
  }

  transport(id: PeerId): MemoryTransport {
    return new MemoryTransport(this, id);
  }
}

export interface SentMessage {
  readonly atMs: number;
  readonly to: PeerId;
  readonly id: number;
  readonly message: RaftMessage;
}

/** Remembers all that was sent, and can be cut off. */
export class MemoryTransport implements Transport {
  readonly #network: MemoryNetwork;
  readonly #id: PeerId;
  #handlers: TransportHandlers | undefined;
  #connected = false;
  readonly sent: SentMessage[] = [];
  readonly statuses: { readonly atMs: number; readonly status: Status }[] = [];

  constructor(network: MemoryNetwork, id: PeerId) {
    this.#network = network;
    this.#id = id;
  }

  start(handlers: TransportHandlers): void {
    this.#handlers = handlers;
    this.#network.transports.set(this.#id, this);
    this.#network.clock.setArrival(this.#network.clock.nowMs(), () => this.setConnected(true));
  }

  setConnected(connected: boolean): void {
    if (this.#handlers === undefined) return;
    this.#connected = connected;
    this.#handlers.onConnected(connected);
  }

  fail(error: Error): void {
    this.#handlers?.onFailed(error);
  }

  send(to: PeerId, id: number, message: RaftMessage): boolean {
    if (!this.#connected) return false;
    const { clock, latencyMs, transports } = this.#network;
    this.sent.push({ atMs: clock.nowMs(), to, id, message });
    const copy = structuredClone(message);
    clock.setArrival(clock.nowMs() + latencyMs, () => transports.get(to)?.deliver(this.#id, id, copy));
    return true;
  }

  deliver(from: PeerId, id: number, message: RaftMessage): void {
    if (this.#connected) this.#handlers?.onMessage(from, id, message);
  }

  sendStatus(status: Status): boolean {
    if (!this.#connected) return false;
    this.statuses.push({ atMs: this.#network.clock.nowMs(), status });
    return true;
  }

  async stop(): Promise<void> {
    this.#handlers = undefined;
    this.#connected = false;
  }
}
