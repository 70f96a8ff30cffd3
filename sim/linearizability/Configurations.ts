/** A set of small numbers that grows and shrinks one by one. */
export class NumberSet {
  readonly words: Uint32Array;

  constructor(size: number) {
    this.words = new Uint32Array((size + 31) >>> 5);
  }

  has(number: number): boolean {
    return ((this.words[number >>> 5] ?? 0) & (1 << (number & 31))) !== 0;
  }

  flip(number: number): void {
    const at = number >>> 5;
    this.words[at] = (this.words[at] ?? 0) ^ (1 << (number & 31));
  }
}

/** A configuration, as the search has it. */
export interface Configuration {
  /** Of the completed operations that were placed. */
  readonly hash: number;
  readonly state: number;
  /** How many open operations were placed last, with no completed one behind them. */
  readonly openRun: number;
  /** The completed operations that were placed: all before `from`, none behind `to`. */
  readonly placed: NumberSet;
  readonly from: number;
  readonly to: number;
  /** The open operations that were placed. */
  readonly open: NumberSet;
}

interface Seen {
  readonly state: number;
  readonly openRun: number;
  /** Completed operations in front of this word have all been placed, those behind `words` have not. */
  readonly firstWord: number;
  readonly words: Uint32Array;
  readonly open: Uint32Array;
}

/**
 * The configurations that a search has been in: which operations were placed, and the state that they led to. From the same
 * configuration nothing new can be found (Lowe, 2017).
 *
 * It goes further for operations of unknown outcome, since none of them must be placed: a configuration that has used more of them than
 * another one, which is the same otherwise, can reach nothing that the other cannot.
 *
 * Only the words between the first completed operation that is not placed and the last that is are kept: a handful, for as many operations
 * as were under way at once, whatever the length of the history.
 */
export class Configurations {
  readonly #seen = new Map<number, Seen[]>();

  /** @returns false when it, or one that can reach at least as much, was there before */
  add({ hash, state, openRun, placed, from, to, open }: Configuration): boolean {
    const firstWord = from >>> 5;
    const words = placed.words.subarray(firstWord, Math.max(firstWord, (to >>> 5) + 1));
    const key = Math.imul(hash ^ Math.imul(state, 0x9e3779b1), 0x85ebca6b);
    const candidate = { state, openRun, firstWord, words, open: open.words };
    const bucket = this.#seen.get(key);
    if (bucket?.some((seen) => reachesAll(seen, candidate)) === true) return false;
    const seen = { ...candidate, words: words.slice(), open: open.words.slice() };
    if (bucket === undefined) this.#seen.set(key, [seen]);
    else bucket.push(seen);
    return true;
  }
}

/** Whether what was seen can reach whatever the candidate can. */
function reachesAll(seen: Seen, candidate: Seen): boolean {
  if (seen.state !== candidate.state || seen.openRun > candidate.openRun) return false;
  if (seen.firstWord !== candidate.firstWord || seen.words.length !== candidate.words.length) return false;
  for (let at = 0; at < seen.words.length; at += 1) if (seen.words[at] !== candidate.words[at]) return false;
  for (let at = 0; at < seen.open.length; at += 1) {
    if (((seen.open[at] ?? 0) & ~(candidate.open[at] ?? 0)) !== 0) return false;
  }
  return true;
}
