/**
 * CRC-32 as in zlib and PNG (polynomial 0xEDB88320, reflected). `node:zlib` has it, but only from Node 20.15 on, and a browser
 * has none.
 */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

const encoder = new TextEncoder();

/**
 * @param before the checksum of what stands before this text: `crc32('b', crc32('a'))` is `crc32('ab')`
 * @returns 32 bits, unsigned, over the text as UTF-8
 */
export function crc32(text: string, before = 0): number {
  return crc32Of(encoder.encode(text), before);
}

/** The same of bytes. */
export function crc32Of(bytes: Uint8Array, before = 0): number {
  let value = ~before;
  // Counted, because for-of over bytes costs several times as much.
  for (let at = 0; at < bytes.length; at += 1) {
    value = (value >>> 8) ^ (TABLE[(value ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  }
  return ~value >>> 0;
}
