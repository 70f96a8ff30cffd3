/**
 * Numbers that look random and come again with the same seed: xoshiro128** (Blackman and Vigna, 2018), its state filled by
 * splitmix32 from the seed's text. Not for secrets.
 */

/** The next number in [0, 1), 53 bits fine, at each call. */
export type Random = () => number;

/**
 * @param seed any text or number; `1` and `'1'` are the same seed
 * @param stream draws of one seed under different names are independent of each other
 */
export function seededRandom(seed: string | number, stream = ''): Random {
  const next = xoshiro128StarStar(stateOf(`${seed}/${stream}`));
  return () => {
    const high = next() >>> 5;
    const low = next() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  };
}

export type XoshiroState = readonly [number, number, number, number];

/** The bare generator: 32 bits at each call. The state must not be all zeros. */
export function xoshiro128StarStar(state: XoshiroState): () => number {
  let [a, b, c, d] = state;
  return () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result;
  };
}

function stateOf(text: string): XoshiroState {
  const one = splitmix32(hash(text, 0x811c9dc5));
  const other = splitmix32(hash(text, 0x2f0b4c47));
  const state: XoshiroState = [one(), other(), one(), other()];
  // The one state from which xoshiro never leaves.
  return state.every((word) => word === 0) ? [1, 0, 0, 0] : state;
}

/** FNV-1a over UTF-16 code units. Two of them with different bases tell 2^64 seeds apart. */
function hash(text: string, basis: number): number {
  let value = basis;
  for (let at = 0; at < text.length; at += 1) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  }
  return value;
}

function splitmix32(seed: number): () => number {
  let value = seed | 0;
  return () => {
    value = (value + 0x9e3779b9) | 0;
    let mixed = value ^ (value >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) | 0;
  };
}

function rotateLeft(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
