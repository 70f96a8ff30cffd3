/** How a socket ended. */
export interface SocketEnd {
  /** The WebSocket close code; 1006 when the connection broke or never came about. */
  readonly code: number;
  readonly reason: string;
  /** The answer, when the relay refused the upgrade over HTTP. */
  readonly http?: { readonly status: number; readonly body: string };
  /** What the network said, such as `connect ECONNREFUSED 127.0.0.1:7070`. */
  readonly error?: string;
}

export interface SocketHandlers {
  onOpen(): void;
  onText(text: string): void;
  onBinary(): void;
  /** A sign of life below messages, such as a WebSocket ping. A browser shows none. */
  onAlive(): void;
  /** Once; nothing is called after it. */
  onClosed(end: SocketEnd): void;
}

/** What the transport needs of a WebSocket. */
export interface RelaySocket {
  /** Only between `onOpen` and `onClosed`. */
  send(text: string): void;
  /** Bytes that were sent and have not left this process. */
  readonly bufferedBytes: number;
  /** Ends the connection with a closing handshake; one that is not open yet is given up. */
  close(): void;
  /** Ends it at once. */
  terminate(): void;
}

export interface SocketOptions {
  readonly token?: string;
}

/** Begins to connect. No handler is called within this call. */
export type OpenSocket = (url: string, options: SocketOptions, handlers: SocketHandlers) => RelaySocket;
