import type { WebSocket } from '@fastify/websocket';
import type { ErrorCode } from '../../shared/errors.ts';

/** Pongs that wait to be written to one socket. Whoever sends pings faster than they leave is no heartbeat. */
export const PONGS_MAX = 60;

/** Answers WebSocket pings, as far as the socket takes the answers. */
export function answerPings(webSocket: WebSocket, onFlood: (message: string) => void): void {
  let pending = 0;
  webSocket.on('ping', (data: Buffer) => {
    if (webSocket.readyState !== webSocket.OPEN) return;
    if (pending >= PONGS_MAX) {
      onFlood(`${PONGS_MAX} answers to WebSocket pings wait to be written: send fewer, and read`);
      return;
    }
    pending += 1;
    webSocket.pong(data, false, () => (pending -= 1));
  });
}

/** @returns the refusal when `ws` met a breach of the WebSocket protocol and closes; undefined when the socket failed */
export function breachIn(
  { code = '', message }: Error & { code?: string },
  frameBytesMax: number,
): { code: ErrorCode; message: string } | undefined {
  // The first is of what came, the second of a length that was only announced.
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' || code === 'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH') {
    return { code: 'FRAME_TOO_LARGE', message: `a frame had more than ${frameBytesMax} bytes` };
  }
  if (!code.startsWith('WS_ERR_')) return undefined;
  return { code: 'FRAME_MALFORMED', message: `the WebSocket protocol was broken: ${message}` };
}
