import { HEAD_BYTES_MAX, RELAY_ADDRESS, sliceHead } from '../../shared/envelope.ts';

/**
 * How many frames of endpoints, and not of the relay itself, stand in what an outbox held: whole unmasked text frames, one
 * behind the other (RFC 6455, section 5.2). They are counted when they are lost, and not each time one is written.
 */
export function forwardedIn(parts: readonly Buffer[]): number {
  let count = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length;) {
      const start = at + headerBytesAt(part, at);
      at = start + payloadBytesAt(part, at);
      const head = sliceHead(part.toString('latin1', start, Math.min(at, start + HEAD_BYTES_MAX)));
      if (head?.from !== RELAY_ADDRESS) count += 1;
    }
  }
  return count;
}

function headerBytesAt(part: Buffer, at: number): number {
  const short = part.readUInt8(at + 1);
  return short < 126 ? 2 : short === 126 ? 4 : 10;
}

function payloadBytesAt(part: Buffer, at: number): number {
  const short = part.readUInt8(at + 1);
  if (short < 126) return short;
  return short === 126 ? part.readUInt16BE(at + 2) : Number(part.readBigUInt64BE(at + 2));
}
