import { createHash, timingSafeEqual } from 'node:crypto';

/** Tokens that can be recognised, and nothing else. To miss takes as long as to hit, whichever of them it is. */
export class TokenRing<Value> {
  readonly #entries: readonly { readonly digest: Buffer; readonly value: Value }[];

  constructor(entries: Iterable<{ readonly secret: string; readonly value: Value }>) {
    this.#entries = [...entries].map(({ secret, value }) => ({ digest: digest(secret), value }));
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** Looks at all of them, also after one fits. */
  find(candidate: string): Value | undefined {
    const wanted = digest(candidate);
    let found: Value | undefined;
    for (const entry of this.#entries) {
      if (timingSafeEqual(entry.digest, wanted)) found = entry.value;
    }
    return found;
  }
}

/** Equal lengths, whatever the secret's: so its length does not show either. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
