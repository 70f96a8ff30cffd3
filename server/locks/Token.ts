import { createHash, timingSafeEqual } from 'node:crypto';

/** A secret that can be compared, and nothing else. Comparing takes as long for a near miss as for a far one. */
export class Token {
  readonly #digest: Buffer;

  constructor(secret: string) {
    this.#digest = digest(secret);
  }

  equals(candidate: string): boolean {
    return timingSafeEqual(this.#digest, digest(candidate));
  }
}

/** Equal lengths, whatever the secret's: so its length does not show either. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
