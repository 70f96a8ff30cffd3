/**
 * CRC-32 as in zlib and PNG (polynomial 0xEDB88320, reflected), by Node where it has one (20.15 and later), which is many times as
 * fast; a browser has none.
 */
type Crc32 = (bytes: string | Uint8Array, before?: number) => number;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

const encoder = new TextEncoder();

/** The same without Node. */
export function portableCrc32(text: string | Uint8Array, before = 0): number {
  const bytes = typeof text === 'string' ? encoder.encode(text) : text;
  let value = ~before;
  // Counted, because for-of over bytes costs several times as much.
  for (let at = 0; at < bytes.length; at += 1) {
    value = (value >>> 8) ^ (TABLE[(value ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  }
  return ~value >>> 0;
}

/**
 * Of a text it is that of its UTF-8.
 * @param before the checksum of what stands before: `crc32('b', crc32('a'))` is `crc32('ab')`
 * @returns 32 bits, unsigned
 */
export const crc32: Crc32 = nodeCrc32() ?? portableCrc32;

function nodeCrc32(): Crc32 | undefined {
  if (typeof process !== 'object' || typeof process.getBuiltinModule !== 'function') return undefined;
  const { crc32: found } = process.getBuiltinModule('node:zlib') as { readonly crc32?: Crc32 };
  if (found === undefined) return undefined;
  // Of nothing, zlib forgets what came before.
  return (bytes, before = 0) => (bytes.length === 0 ? before : found(bytes, before));
}
