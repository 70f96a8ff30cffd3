import type { Random } from '../../shared/random.ts';

const GOLDEN = 0x9e3779b9;

/** Two 32-bit words in the place of a text. */
export interface TextHash {
  readonly low: number;
  readonly high: number;
}

/** FNV-1a with two bases over UTF-16 code units, each finished off. Computed once for each link and rule, never for a frame. */
export function hashText(text: string): TextHash {
  let low = 0x811c9dc5;
  let high = 0x2f0b4c47;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x01000193);
  }
  return { low: finished(low ^ text.length), high: finished(high) };
}

/** Murmur3's finalizer: a bijection of 32-bit words in which each bit of the one depends on every bit of the other. */
function finished(word: number): number {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/**
 * Numbers for one frame and one rule, out of nothing but what `begin` is given: no state is carried from one frame to the
 * next, so nobody's draws move when others are added, left out or come in another order.
 *
 * One object serves all, since it is begun anew each time: a frame costs no allocation and no text.
 */
export class Draws {
  #low = 0;
  #high = 0;
  #at = 0;

  /** @param number counts from 1, at most 2^53; the numbers of one key and rule never share a stream below 2^32 */
  begin(key: TextHash, rule: TextHash, number: number): void {
    const beyond = number > 0xffffffff ? Math.imul(Math.floor(number / 0x100000000), GOLDEN) : 0;
    this.#low = finished(finished((number + rule.low) | 0) ^ key.low ^ beyond);
    this.#high = finished((Math.imul(number, GOLDEN) + rule.high) | 0) ^ key.high;
    this.#at = 0;
  }

  /** The next number in [0, 1), 53 bits fine. Bound, so that it is a `Random` for whoever takes one. */
  readonly next: Random = () => {
    this.#at = (this.#at + GOLDEN) | 0;
    const one = finished(this.#low + this.#at);
    const other = finished((this.#high ^ one) + this.#at);
    return ((one >>> 5) * 2 ** 26 + (other >>> 6)) / 2 ** 53;
  };

  /** Whether something of this probability happens. Nothing is drawn for never and always. */
  happens(probability: number): boolean {
    if (probability <= 0) return false;
    return probability >= 1 || this.next() < probability;
  }
}
