import type { Random } from '../../shared/random.ts';
import { LabTester } from './LabTester.ts';
import type { LogCluster } from './LogCluster.ts';
import { StallSensitive } from './StallSensitive.ts';

/** R of the lab: "generous" for an election, and used as a unit of sleep only. */
export const ELECTION_MS = 1000;

const ONE_WITHIN_MS = 10_000;
const COMMIT_WITHIN_MS = 2_000;
const COMMIT_LOOK_MS = 20;
const NOBODY_TOOK_IT_MS = 50;
const WAIT_LOOKS_MAX = 30;
const WAIT_MS_MIN = 10;
const WAIT_DOUBLES_BELOW_MS = 1_000;

/** The checks that the lab's tester makes of logs, with their exact times. Every failed one throws. */
export class LogTester extends LabTester<LogCluster> {
  /** The peer that was asked last. */
  #asked = 0;

  static override async begin(cluster: LogCluster, random: Random): Promise<LogTester> {
    return new LogTester(cluster, random, await cluster.counts());
  }

  /** A whole number from 0 to below. */
  randomBelow(bound: number): number {
    return Math.floor(this.random() * bound);
  }

  /** The lab's rand.Int() has 63 bits; this has the 53 of a JSON number, written in decimal. */
  randomCommand(): string {
    return String(this.randomBelow(2 ** 53));
  }

  /** The peer so many behind this one, around the circle. */
  after(peer: number, distance: number): number {
    return (peer + distance) % this.cluster.size;
  }

  async disconnectAll(...peers: number[]): Promise<void> {
    for (const peer of peers) await this.cluster.disconnect(peer);
  }

  async connectAll(...peers: number[]): Promise<void> {
    for (const peer of peers) await this.cluster.connect(peer);
  }

  async restartAndConnect(...peers: number[]): Promise<void> {
    for (const peer of peers) {
      await this.cluster.restart(peer);
      await this.cluster.connect(peer);
    }
  }

  /**
   * Has a command committed: up to ten seconds, whoever leads.
   * @param expected how many must have applied it
   * @param retry whether to propose it again when that took two seconds, so that it may be committed twice
   * @returns its index
   */
  async one(command: string | number, expected: number, retry: boolean): Promise<number> {
    const { cluster } = this;
    const text = String(command);
    const startMs = cluster.nowMs();
    while (cluster.nowMs() - startMs < ONE_WITHIN_MS) {
      const index = this.#proposeToAnyone(text);
      if (index === undefined) {
        await cluster.sleep(NOBODY_TOOK_IT_MS);
        continue;
      }
      if (await this.#isAppliedSoon(index, text, expected)) return index;
      if (!retry) throw new StallSensitive(`one(${shown(text)}) failed to reach agreement`);
    }
    this.cluster.applied.check();
    throw new Error(`one(${shown(text)}) failed to reach agreement in ${ONE_WITHIN_MS / 1000} s`);
  }

  /**
   * Waits until so many have applied an index.
   * @param startTerm gives up when any peer is in a later one
   * @returns what they applied; undefined when it gave up
   */
  async wait(index: number, expected: number, startTerm?: number): Promise<string | undefined> {
    const { cluster } = this;
    let waitMs = WAIT_MS_MIN;
    for (let look = 0; look < WAIT_LOOKS_MAX; look += 1) {
      if (cluster.applied.committed(index).count >= expected) break;
      await cluster.sleep(waitMs);
      if (waitMs < WAIT_DOUBLES_BELOW_MS) waitMs *= 2;
      if (startTerm !== undefined && this.termMax() > startTerm) return undefined;
    }
    const { count, command } = cluster.applied.committed(index);
    if (count >= expected) return command;
    throw new Error(`only ${count} decided for index ${index}; wanted ${expected}`);
  }

  /** Of all peers that are up. */
  termMax(): number {
    return Math.max(...this.peersUp().map((peer) => this.cluster.state(peer).term));
  }

  peersUp(): number[] {
    return this.peers().filter((peer) => this.cluster.isUp(peer));
  }

  /** Nobody has applied the index. */
  checkNotCommitted(index: number): void {
    const { count } = this.cluster.applied.committed(index);
    if (count > 0) throw new Error(`${count} committed index ${index}, but nobody should have`);
  }

  /** Round robin, from the one behind the one that was asked last. */
  #proposeToAnyone(command: string): number | undefined {
    const { cluster } = this;
    for (let tries = 0; tries < cluster.size; tries += 1) {
      this.#asked = this.after(this.#asked, 1);
      if (!cluster.isConnected(this.#asked)) continue;
      const proposed = cluster.propose(this.#asked, command);
      if (proposed !== undefined) return proposed.index;
    }
    return undefined;
  }

  async #isAppliedSoon(index: number, wanted: string, expected: number): Promise<boolean> {
    const { cluster } = this;
    const startMs = cluster.nowMs();
    while (cluster.nowMs() - startMs < COMMIT_WITHIN_MS) {
      const { count, command } = cluster.applied.committed(index);
      if (count > 0 && count >= expected && command === wanted) return true;
      await cluster.sleep(COMMIT_LOOK_MS);
    }
    return false;
  }
}

function shown(command: string): string {
  return command.length > 40 ? `${command.slice(0, 40)}...` : command;
}
