import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { Child } from '../support/Child.ts';
import type { Memory } from '../support/memory.ts';
import type { HostedPeer, HostedStatus, HostOptions, HostQuestion } from './hosted.ts';

const ANSWER_WITHIN_MS = 120_000;
/** All on one machine, so all from one address; twice as many as there are, since some come back before the relay has seen them go. */
const RELAY = { addressConnectionsMax: 4096 };

/** A relay and processes that share many peers among them. */
export class Hosts {
  readonly relay: Child;
  readonly children: readonly Child[];
  readonly #directory: string;

  private constructor(relay: Child, children: readonly Child[], directory: string) {
    this.relay = relay;
    this.children = children;
    this.#directory = directory;
  }

  /** @param peersOf what each process hosts; none of it runs yet */
  static async start(peersOf: readonly (readonly HostedPeer[])[], onDisk: boolean): Promise<Hosts> {
    const directory = mkdtempSync(join(tmpdir(), 'whitewater-bench-'));
    const execArgv = ['--expose-gc'];
    const relayModule = new URL('../support/relayProcess.js', import.meta.url);
    const relay = await Child.start(relayModule, { execArgv, args: [JSON.stringify(RELAY)] });
    const children = await Promise.all(
      peersOf.map((peers) => {
        const url = `http://127.0.0.1:${relay.port}`;
        const options: HostOptions = { relay: url, peers, ...(onDisk && { directory }) };
        return Child.start(new URL('./hostProcess.js', import.meta.url), { execArgv, args: [JSON.stringify(options)] });
      }),
    );
    return new Hosts(relay, children, directory);
  }

  async startPeers(countOfEach: number): Promise<void> {
    await Promise.all(this.children.map((child) => ask(child, { type: 'start', count: countOfEach })));
  }

  async statuses(): Promise<HostedStatus[]> {
    const all = await Promise.all(this.children.map((child) => ask(child, { type: 'status' })));
    return all.flat() as HostedStatus[];
  }

  /** Waits until every cluster has one leader that all of its peers follow. @throws {Error} when that does not come in time */
  async led(withinMs: number): Promise<void> {
    const deadlineMs = performance.now() + withinMs;
    for (;;) {
      const unled = unledClusters(await this.statuses());
      if (unled.length === 0) return;
      if (performance.now() > deadlineMs)
        throw new Error(`${unled.length} clusters had no leader within ${withinMs / 1000} s`);
      await after(20);
    }
  }

  /** Of the processes that host peers, together, garbage apart. */
  async memoryBytes(): Promise<number> {
    const each = (await Promise.all(this.children.map((child) => ask(child, { type: 'memory' })))) as Memory[];
    return each.reduce((sum, { residentBytes }) => sum + residentBytes, 0);
  }

  async relayMemoryBytes(): Promise<number> {
    return ((await this.relay.ask(null, ANSWER_WITHIN_MS)) as Memory).residentBytes;
  }

  async puts(child: Child, cluster: string, id: string, count: number): Promise<number[]> {
    return (await ask(child, { type: 'puts', cluster, id, count })) as number[];
  }

  async stop(): Promise<void> {
    await Promise.all([...this.children, this.relay].map((child) => child.stop()));
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

function ask(child: Child, question: HostQuestion): Promise<unknown> {
  return child.ask(question, ANSWER_WITHIN_MS);
}

/** Clusters whose peers do not all follow one of them in one term. */
export function unledClusters(statuses: readonly HostedStatus[]): string[] {
  const first = new Map<string, HostedStatus>();
  const unled = new Set<string>();
  for (const status of statuses) {
    const known = first.get(status.cluster) ?? status;
    first.set(status.cluster, known);
    if (status.leader === null || status.leader !== known.leader || status.term !== known.term)
      unled.add(status.cluster);
  }
  return [...unled];
}

/** Terms that began between two looks, over all clusters. */
export function electionsBetween(before: readonly HostedStatus[], later: readonly HostedStatus[]): number {
  const newest = (statuses: readonly HostedStatus[]): Map<string, number> => {
    const terms = new Map<string, number>();
    for (const { cluster, term } of statuses) terms.set(cluster, Math.max(term, terms.get(cluster) ?? 0));
    return terms;
  };
  const old = newest(before);
  return [...newest(later)].reduce((sum, [cluster, term]) => sum + term - (old.get(cluster) ?? term), 0);
}
