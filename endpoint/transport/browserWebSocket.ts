import { WhitewaterError } from '../../shared/errors.ts';
import type { OpenSocket } from './RelaySocket.ts';

/** What is used of a browser's WebSocket, or of Node's own from version 22 on. */
export interface BrowserWebSocket {
  readonly bufferedAmount: number;
  binaryType: string;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

/**
 * Sockets by a browser's WebSocket constructor. A browser sends no headers of ours: a relay with a token lets a page in by its
 * session cookie.
 *
 * @throws {WhitewaterError} `USAGE` from the socket factory when a token is given
 */
export function openBrowserWebSocket(constructor: new (url: string) => BrowserWebSocket): OpenSocket {
  return (url, { token }, handlers) => {
    if (token !== undefined) {
      throw new WhitewaterError(
        'USAGE',
        'a browser cannot send a token with a WebSocket: log in at the relay, and leave the token out',
      );
    }
    const webSocket = new constructor(url);
    webSocket.binaryType = 'arraybuffer';
    webSocket.onopen = () => handlers.onOpen();
    webSocket.onmessage = ({ data }) => {
      if (typeof data === 'string') handlers.onText(data);
      else handlers.onBinary();
    };
    let hasEnded = false;
    const end = (code: number, reason: string): void => {
      if (hasEnded) return;
      hasEnded = true;
      handlers.onClosed({ code, reason });
    };
    webSocket.onclose = ({ code, reason }) => end(code, reason);
    return {
      get bufferedBytes() {
        return webSocket.bufferedAmount;
      },
      send: (text) => webSocket.send(text),
      close: () => webSocket.close(1000),
      terminate: () => {
        // There is no way to cut it: it is asked to close, and not waited for.
        webSocket.close();
        queueMicrotask(() => end(1006, 'given up'));
      },
    };
  };
}

/** A browser's own constructor, or a runtime's that has the same. */
export function globalWebSocket(): (new (url: string) => BrowserWebSocket) | undefined {
  return (globalThis as { WebSocket?: new (url: string) => BrowserWebSocket }).WebSocket;
}
