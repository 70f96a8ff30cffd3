import type { WebSocket } from '@fastify/websocket';
import { ERRORS } from '../../shared/errors.ts';

/** A viewer to whom more than this is still on its way is left out until it has caught up. */
const WAITING_BYTES_MAX = 262_144;

/** Somebody who watches a cluster: one WebSocket that is only written to. */
export class Viewer {
  /** It asked for frames too. */
  readonly wantsFrames: boolean;
  readonly #webSocket: WebSocket;

  constructor(webSocket: WebSocket, { wantsFrames = false }: { wantsFrames?: boolean } = {}) {
    this.#webSocket = webSocket;
    this.wantsFrames = wantsFrames;
  }

  get isReady(): boolean {
    const { readyState, OPEN, bufferedAmount } = this.#webSocket;
    return readyState === OPEN && bufferedAmount < WAITING_BYTES_MAX;
  }

  /** Sends all of them or none. @returns false when the viewer is too slow for it */
  send(...texts: readonly string[]): boolean {
    if (!this.isReady) return false;
    for (const text of texts) this.#webSocket.send(text);
    return true;
  }

  stop(): void {
    this.#webSocket.close(ERRORS.RELAY_STOPPING.closeCode, 'RELAY_STOPPING');
  }
}
