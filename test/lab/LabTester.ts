import type { Random } from '../../shared/random.ts';
import type { LabCluster, LabCounts } from './LabCluster.ts';
import { StallSensitive } from './StallSensitive.ts';

const ROUNDS_MAX = 10;
const ROUND_MS_MIN = 450;
const ROUND_MS_SPREAD = 100;

/** The five columns of the lab. */
export interface LabColumns extends LabCounts {
  readonly seconds: number;
  readonly peers: number;
}

export function passedLine({ seconds, peers, rpcs, bytes, commits }: LabColumns): string {
  const columns = [
    seconds.toFixed(1).padStart(4),
    ` ${peers}`,
    String(rpcs).padStart(4),
    String(bytes).padStart(7),
    String(commits).padStart(4),
  ];
  return `... Passed --  ${columns.join(' ')}`;
}

/** The checks of the lab's tester over any cluster, with their exact rounds and sleeps. Every failed one throws. */
export class LabTester<Cluster extends LabCluster = LabCluster> {
  readonly cluster: Cluster;
  readonly random: Random;
  readonly #startedMs: number;
  readonly #before: LabCounts;

  /** @param random the tester's own choices: which peers to cut, how long a round sleeps */
  static async begin(cluster: LabCluster, random: Random): Promise<LabTester> {
    return new LabTester(cluster, random, await cluster.counts());
  }

  protected constructor(cluster: Cluster, random: Random, before: LabCounts) {
    this.cluster = cluster;
    this.random = random;
    this.#before = before;
    this.#startedMs = cluster.nowMs();
  }

  /**
   * Up to ten rounds of about half a second until some connected peer leads. A leader of an older term is tolerated beside it,
   * two of one term never.
   * @returns the leader of the highest term
   */
  async checkOneLeader(): Promise<number> {
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      await this.cluster.sleep(ROUND_MS_MIN + Math.floor(this.random() * ROUND_MS_SPREAD));
      const leaders = this.#leadersByTerm();
      const newest = Math.max(...leaders.keys());
      const leader = leaders.get(newest);
      if (leader !== undefined) return leader;
    }
    throw new Error('expected one leader, got none');
  }

  /** All connected peers are in one term. @returns that term */
  checkTerms(): number {
    const terms = new Set(this.#connected().map((peer) => this.cluster.state(peer).term));
    const [term] = terms;
    if (term === undefined) throw new Error('no peer is connected');
    if (terms.size > 1) throw new StallSensitive(`connected peers disagree on the term: ${[...terms].join(', ')}`);
    return term;
  }

  checkNoLeader(): void {
    for (const peer of this.#connected()) {
      const { isLeader, term } = this.cluster.state(peer);
      if (isLeader)
        throw new StallSensitive(`expected no leader among connected peers, but ${peer} leads term ${term}`);
    }
  }

  /** The numbers of all peers. */
  peers(): number[] {
    return Array.from({ length: this.cluster.size }, (_, peer) => peer);
  }

  /** What was counted since `begin`. */
  async counts(): Promise<LabCounts> {
    const now = await this.cluster.counts();
    return {
      rpcs: now.rpcs - this.#before.rpcs,
      bytes: now.bytes - this.#before.bytes,
      commits: now.commits - this.#before.commits,
    };
  }

  secondsSinceBegin(): number {
    return (this.cluster.nowMs() - this.#startedMs) / 1000;
  }

  /** What the lab prints of a test that passed. */
  async columns(): Promise<LabColumns> {
    return { seconds: this.secondsSinceBegin(), peers: this.cluster.size, ...(await this.counts()) };
  }

  /** The lab's line: seconds, peers, calls, bytes, commits. */
  async passedLine(): Promise<string> {
    return passedLine(await this.columns());
  }

  #connected(): number[] {
    return this.peers().filter((peer) => this.cluster.isConnected(peer));
  }

  #leadersByTerm(): Map<number, number> {
    const leaders = new Map<number, number>();
    for (const peer of this.#connected()) {
      const { term, isLeader } = this.cluster.state(peer);
      if (!isLeader) continue;
      const other = leaders.get(term);
      if (other !== undefined) throw new Error(`term ${term} has two leaders: ${other} and ${peer}`);
      leaders.set(term, peer);
    }
    return leaders;
  }
}
