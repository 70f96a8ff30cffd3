/** A token bucket: so much a second, and after a quiet time some seconds' worth at once. */
export class Bucket {
  readonly #perMs: number;
  readonly #most: number;
  #level: number;
  #atMs: number | undefined;

  constructor(perSecond: number, burstSeconds: number) {
    this.#perMs = perSecond / 1000;
    this.#most = perSecond * burstSeconds;
    this.#level = this.#most;
  }

  /** Takes so much if it is there. */
  take(amount: number, nowMs: number): boolean {
    this.#refill(nowMs);
    if (this.#level < amount) return false;
    this.#level -= amount;
    return true;
  }

  /**
   * Takes it in any case: it has come already.
   * @returns how long until what was taken too much has come in, in milliseconds
   */
  takeOnCredit(amount: number, nowMs: number): number {
    this.#refill(nowMs);
    this.#level -= amount;
    return this.#level >= 0 ? 0 : -this.#level / this.#perMs;
  }

  #refill(nowMs: number): void {
    const elapsedMs = nowMs - (this.#atMs ?? nowMs);
    this.#atMs = nowMs;
    if (elapsedMs > 0) this.#level = Math.min(this.#most, this.#level + elapsedMs * this.#perMs);
  }
}
