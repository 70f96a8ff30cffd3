import type { OpenSocket } from '../../endpoint/transport/RelaySocket.ts';
import type { VirtualClock } from '../../sim/VirtualClock.ts';
import { FakeSocket } from './FakeSockets.ts';

const LATENCY_MS = 1;
const PING_EVERY_MS = 600;

/** Relays in virtual time, by host name, that are up or down; those that are up welcome everybody and send pings. */
export class FakeRelays {
  readonly #clock: VirtualClock;
  readonly #up = new Set<string>();
  readonly #open = new Set<FakeSocket>();
  /** The hosts that were tried, in order. */
  readonly tries: string[] = [];

  constructor(clock: VirtualClock) {
    this.#clock = clock;
    this.#ping();
  }

  readonly open: OpenSocket = (url, options, handlers) => {
    const socket = new FakeSocket(url, options, handlers);
    this.tries.push(hostOf(socket));
    this.#clock.setArrival(this.#clock.nowMs() + LATENCY_MS, () => {
      if (socket.endedBy !== undefined) return;
      if (!this.#up.has(hostOf(socket))) {
        socket.end({ error: 'connect ECONNREFUSED' });
        return;
      }
      this.#open.add(socket);
      socket.welcome();
    });
    return socket;
  };

  up(host: string): void {
    this.#up.add(host);
  }

  down(host: string): void {
    this.#up.delete(host);
    for (const socket of this.#open) {
      if (hostOf(socket) !== host) continue;
      this.#open.delete(socket);
      socket.end();
    }
  }

  /** Those that are connected now. */
  get connected(): string[] {
    return [...this.#open].filter(({ endedBy }) => endedBy === undefined).map(hostOf);
  }

  #ping(): void {
    this.#clock.setArrival(this.#clock.nowMs() + PING_EVERY_MS, () => {
      for (const socket of this.#open) if (socket.endedBy === undefined) socket.ping();
      this.#ping();
    });
  }
}

function hostOf({ url }: FakeSocket): string {
  return new URL(url).hostname;
}
