/** Bytes that stand whole in base64, a multiple of 3 and small enough for one call. */
const PIECE_BYTES = 3 * 8192;

/** Encodes a stream of bytes piece by piece. */
export async function* toBase64(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  let rest = new Uint8Array(0);
  for await (const piece of pieces) {
    const bytes = joined(rest, piece);
    const whole = bytes.length - (bytes.length % 3);
    for (let from = 0; from < whole; from += PIECE_BYTES) {
      yield btoa(String.fromCharCode(...bytes.subarray(from, Math.min(whole, from + PIECE_BYTES))));
    }
    rest = bytes.slice(whole);
  }
  if (rest.length > 0) yield btoa(String.fromCharCode(...rest));
}

/** @throws {Error} where it is no base64 */
export async function* fromBase64(
  pieces: AsyncIterable<string>,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  let rest = '';
  for await (const piece of pieces) {
    const text = rest + piece.replaceAll(/\s+/g, '');
    const whole = text.length - (text.length % 4);
    if (whole > 0) yield Uint8Array.from(atob(text.slice(0, whole)), (letter) => letter.charCodeAt(0));
    rest = text.slice(whole);
  }
  if (rest.length > 0) throw new Error('base64 that ends in the midst of a group');
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
