import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { Socket } from 'node:net';

/** The first byte of a text message that is one frame (RFC 6455, section 5.2). */
export const TEXT_FRAME_FIN = 0x81;
const MASKED = 0x80;

/**
 * Opens a WebSocket and hands over its bare TCP socket. A load generator that shared one core among twenty endpoints of
 * a full WebSocket client would measure that client.
 * @throws {Error} when the server does not switch protocols
 */
export async function openSocket(url: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const headers = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    };
    const upgrade = request(url, { headers, agent: false });
    upgrade.once('upgrade', (_response, socket: Socket, head) => {
      socket.setNoDelay(true);
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    upgrade.once('response', (response) => {
      response.resume();
      reject(new Error(`${url} answered ${response.statusCode ?? '?'} instead of switching to WebSocket`));
    });
    upgrade.once('error', reject);
    upgrade.end();
  });
}

/** A frame as a client sends it (RFC 6455, section 5.2): masked with a key of its own. */
export function clientFrame(payload: Buffer, firstByte = TEXT_FRAME_FIN): Buffer {
  const mask = randomBytes(4);
  const masked = Buffer.from(payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0)));
  return Buffer.concat([frameHead(firstByte, payload.length, MASKED), mask, masked]);
}

/** The same frame as a server sends it: with nothing masked. */
export function serverFrame(payload: Buffer): Buffer {
  return Buffer.concat([frameHead(TEXT_FRAME_FIN, payload.length, 0), payload]);
}

function frameHead(firstByte: number, length: number, flag: number): Buffer {
  if (length < 126) return Buffer.from([firstByte, flag | length]);
  if (length < 65_536) return Buffer.from([firstByte, flag | 126, length >>> 8, length & 0xff]);
  throw new RangeError(`the bench sends no frames of ${length} bytes`);
}
