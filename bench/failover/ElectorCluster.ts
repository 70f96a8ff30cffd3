import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import type { PeerOptions } from '../../peer/index.ts';
import { RelayClient } from '../../client/RelayClient.ts';
import type { NetworkClient } from '../../client/NetworkClient.ts';
import { peerId, type PeerId } from '../../shared/ids.ts';
import { Child } from '../support/Child.ts';
import { monotonicMs, type ElectorQuestion, type ElectorStatus, type Following } from './protocol.ts';

const PEERS = ['p1', 'p2', 'p3', 'p4', 'p5'].map(peerId);
const WHOLE_WITHIN_MS = 60_000;
const POLL_MS = 5;

/** A leader that all follow, and the term in which it leads. */
export interface Reign {
  readonly leader: PeerId;
  readonly term: number;
}

/** Five peers with stores on disk, each a process of its own, whose leader can be lost and comes back. */
export class ElectorCluster {
  readonly network: NetworkClient;
  readonly #options: Omit<PeerOptions, 'id'>;
  readonly #directory = mkdtempSync(join(tmpdir(), 'whitewater-bench-'));
  readonly #children = new Map<PeerId, Child>();

  constructor(cluster: string, relayUrl: string, election: NonNullable<PeerOptions['election']>) {
    this.#options = { cluster, election, relay: relayUrl, voters: PEERS };
    this.network = new RelayClient({ url: relayUrl }).network(cluster);
  }

  async start(): Promise<void> {
    await Promise.all(PEERS.map((id) => this.startPeer(id)));
  }

  async startPeer(id: PeerId): Promise<void> {
    const options: PeerOptions = { ...this.#options, id, storage: { directory: join(this.#directory, id) } };
    const module = new URL('./electorProcess.js', import.meta.url);
    this.#children.set(id, await Child.start(module, { args: [JSON.stringify(options)] }));
  }

  /**
   * Waits until all five hold the same log and follow one leader.
   * @throws {Error} when that does not come about in time
   */
  async whole(): Promise<Reign> {
    const deadlineMs = performance.now() + WHOLE_WITHIN_MS;
    while (performance.now() < deadlineMs) {
      const statuses = await Promise.all(PEERS.map((id) => this.status(id)));
      const [first] = statuses;
      const leader = first?.leader ?? null;
      const isWhole = statuses.every(
        (status) =>
          status.isConnected &&
          status.leader === leader &&
          status.term === first?.term &&
          status.lastLogIndex === first.lastLogIndex,
      );
      if (isWhole && leader !== null && first !== undefined) return { leader, term: first.term };
      await after(POLL_MS);
    }
    throw new Error(`the five did not agree on a leader within ${WHOLE_WITHIN_MS / 1000} s`);
  }

  others(...left: PeerId[]): PeerId[] {
    return PEERS.filter((id) => !left.includes(id));
  }

  async status(id: PeerId): Promise<ElectorStatus> {
    return (await this.#ask(id, { type: 'status' })) as ElectorStatus;
  }

  /** @returns how long it took the leader, in milliseconds; undefined when it leads no more */
  async put(leader: PeerId): Promise<number | undefined> {
    return ((await this.#ask(leader, { type: 'put' })) as number | null) ?? undefined;
  }

  /** @returns when the process was told to end, on the clock that all share */
  async kill(id: PeerId): Promise<number> {
    const atMs = monotonicMs();
    await this.#child(id).kill();
    this.#children.delete(id);
    return atMs;
  }

  /** @returns what the peer follows as soon as it follows somebody in this term or later; undefined when it does not in time */
  async followed(id: PeerId, term: number, withinMs: number): Promise<Following | undefined> {
    const question: ElectorQuestion = { type: 'leaderFrom', term, withinMs: Math.ceil(withinMs) };
    return ((await this.#ask(id, question, question.withinMs + 10_000)) as Following | null) ?? undefined;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#children.values()].map((child) => child.stop()));
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #ask(id: PeerId, question: ElectorQuestion, withinMs?: number): Promise<unknown> {
    return this.#child(id).ask(question, withinMs);
  }

  #child(id: PeerId): Child {
    const child = this.#children.get(id);
    if (child === undefined) throw new Error(`${id} is not running`);
    return child;
  }
}
