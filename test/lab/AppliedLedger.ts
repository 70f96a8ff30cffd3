/**
 * What each peer applied, held against what all others did: the tester's copy of the logs in the lab. The first breach is kept,
 * and thrown at whoever asks for anything.
 */
export class AppliedLedger {
  /** By peer; position 0 has index 1. What a peer applied before it crashed counts until it comes back. */
  readonly #logs: string[][];
  #breach: string | undefined;
  #highestIndex = 0;

  constructor(size: number) {
    this.#logs = Array.from({ length: size }, () => []);
  }

  /** The highest index that any peer applied. */
  get highestIndex(): number {
    return this.#highestIndex;
  }

  /** A peer comes back, and holds what is in its snapshot. */
  restarted(peer: number, commands: readonly string[]): void {
    this.#logs[peer] = [];
    this.#take(peer, commands);
  }

  /** A snapshot takes the place of what the peer held; it must hold more. */
  restored(peer: number, commands: readonly string[]): void {
    const before = this.#logOf(peer).length;
    if (commands.length <= before) {
      this.#noteBreach(`server ${peer} restores a snapshot of ${commands.length} commands over ${before}`);
    }
    this.#logs[peer] = [];
    this.#take(peer, commands);
  }

  /** Each index comes once and in order: stricter than the lab, which suffers repetitions in 2B and 2C. */
  applied(peer: number, index: number, command: string): void {
    const log = this.#logOf(peer);
    if (index !== log.length + 1) {
      this.#noteBreach(`server ${peer} apply out of order: ${index} after ${log.length}`);
    }
    this.#agree(peer, index, command);
    log[index - 1] = command;
    this.#highestIndex = Math.max(this.#highestIndex, index);
  }

  /** What a peer holds, for its snapshot. */
  commandsOf(peer: number): readonly string[] {
    return this.#logOf(peer);
  }

  /** How many have applied the index, and what. @throws {Error} the first breach */
  committed(index: number): { readonly count: number; readonly command: string | undefined } {
    this.check();
    let [count, command]: [number, string | undefined] = [0, undefined];
    for (const log of this.#logs) {
      const own = log[index - 1];
      if (own === undefined) continue;
      command = own;
      count += 1;
    }
    return { count, command };
  }

  /** @throws {Error} the first breach */
  check(): void {
    if (this.#breach !== undefined) throw new Error(`apply error: ${this.#breach}`);
  }

  #take(peer: number, commands: readonly string[]): void {
    for (const [at, command] of commands.entries()) this.applied(peer, at + 1, command);
  }

  #agree(peer: number, index: number, command: string): void {
    for (const [other, log] of this.#logs.entries()) {
      const theirs = log[index - 1];
      if (theirs === undefined || theirs === command) continue;
      this.#noteBreach(`commit index=${index} server=${peer} ${shown(command)} != server=${other} ${shown(theirs)}`);
    }
  }

  #noteBreach(breach: string): void {
    this.#breach ??= breach;
  }

  #logOf(peer: number): string[] {
    const log = this.#logs[peer];
    if (log === undefined) throw new RangeError(`there is no peer ${peer}`);
    return log;
  }
}

function shown(command: string): string {
  return command.length > 40 ? `${command.slice(0, 40)}...` : command;
}
