import { WhitewaterError } from '../shared/errors.ts';
import { notRelay, parseJson } from './answers.ts';

/** What is used of a WebSocket: those of `ws` and of browsers have it. */
export interface WebSocketLike {
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'open' | 'error' | 'close', listener: () => void): void;
  close(): void;
}

/**
 * The class of `ws` takes options with headers second; a browser's takes protocols there, and is given nothing.
 * `never` lets both be passed.
 */
export type WebSocketConstructor = new (url: string, options?: never) => WebSocketLike;

export interface FollowOptions {
  /** Whether a message is one of this feed. */
  readonly isMessage: (message: unknown) => boolean;
  readonly WebSocket: WebSocketConstructor;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Asked when the socket failed before it opened: throws the reason, if it finds one. */
  readonly whyNot: () => Promise<unknown>;
  readonly signal?: AbortSignal;
}

/** More messages than this are not kept for a consumer that does not take them; the feed ends with an error. */
const WAITING_MESSAGES_MAX = 1000;

/** @throws {WhitewaterError} what the relay refused it with, or RELAY_UNREACHABLE */
export async function* followLive<Message>(options: FollowOptions): AsyncGenerator<Message, void, undefined> {
  const { WebSocket, url, headers, isMessage, whyNot, signal } = options;
  const isAborted = (): boolean => signal?.aborted === true;
  if (isAborted()) return;
  const socket =
    Object.keys(headers).length === 0 ? new WebSocket(url) : new WebSocket(url, { headers } as unknown as never);
  const waiting: Message[] = [];
  const state = { isOpen: false, isClosed: false, overflowed: false, isForeign: false };
  let wake: () => void = () => undefined;

  socket.addEventListener('open', () => {
    state.isOpen = true;
  });
  // Told by the close event that follows it.
  socket.addEventListener('error', () => undefined);
  socket.addEventListener('close', () => {
    state.isClosed = true;
    wake();
  });
  socket.addEventListener('message', ({ data }) => {
    const message = parseJson(String(data));
    if (waiting.length >= WAITING_MESSAGES_MAX) state.overflowed = true;
    else if (isMessage(message)) waiting.push(message as Message);
    else state.isForeign = true;
    if (state.overflowed || state.isForeign) socket.close();
    wake();
  });
  let stopAsking: () => void = () => undefined;
  const aborted = new Promise<void>((resolve) => (stopAsking = resolve));
  const end = (): void => {
    socket.close();
    stopAsking();
  };
  signal?.addEventListener('abort', end);
  try {
    for (;;) {
      const message = waiting.shift();
      if (message !== undefined) yield message;
      else if (state.isClosed) break;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
    if (state.overflowed)
      throw new WhitewaterError(
        'RELAY_UNREACHABLE',
        `${WAITING_MESSAGES_MAX} messages of the live feed were not taken in time`,
      );
    if (state.isForeign) throw notRelay(url, 'its live feed has another shape');
    if (state.isOpen || isAborted()) return;
    await Promise.race([whyNot(), aborted]);
    if (isAborted()) return;
    throw new WhitewaterError('RELAY_UNREACHABLE', `no live feed opens at ${url}`);
  } finally {
    signal?.removeEventListener('abort', end);
    socket.close();
  }
}
