import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { KeyValueMachine } from '../../peer/machine/keyValue/KeyValueMachine.ts';
import { Peer } from '../../peer/Peer.ts';
import type { PeerOptions } from '../../peer/PeerOptions.ts';
import { listenRelay, type ListeningRelay } from '../../server/listen.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { KeyValueAnswer, KeyValueCommand, KeyValueQuery, KeyValueResult } from '../../shared/keyValue.ts';
import { until } from './until.ts';

export type Store = Peer<KeyValueCommand, KeyValueResult, KeyValueQuery, KeyValueAnswer>;
type StoreOptions = PeerOptions<KeyValueCommand, KeyValueResult, KeyValueQuery, KeyValueAnswer>;

export const WITHIN_MS = 30_000;
export const IDS = ['p1', 'p2', 'p3'];

/** Three peers over a real relay, all in this process, that replicate a key-value store on disk. */
export class StoreCluster {
  readonly relay: ListeningRelay;
  readonly peers = new Map<string, Store>();
  readonly #root: string;

  private constructor(relay: ListeningRelay, root: string) {
    this.relay = relay;
    this.#root = root;
  }

  static async start(t: Test, options: Partial<StoreOptions> = {}): Promise<StoreCluster> {
    const relay = await listenRelay({ port: 0 });
    const root = mkdtempSync(join(tmpdir(), 'whitewater-replication-'));
    const cluster = new StoreCluster(relay, root);
    t.teardown(async () => {
      await Promise.all([...cluster.peers.values()].map((peer) => peer.stop()));
      await relay.close();
      rmSync(root, { recursive: true, force: true });
    });
    await Promise.all(IDS.map((id) => cluster.startPeer(id, options)));
    return cluster;
  }

  async startPeer(id: string, options: Partial<StoreOptions> = {}): Promise<Store> {
    const peer = await Peer.start<KeyValueCommand, KeyValueResult, KeyValueQuery, KeyValueAnswer>({
      ...{ cluster: 'demo', id, relay: this.relay.url, machine: new KeyValueMachine() },
      ...(IDS.includes(id) ? { voters: IDS } : {}),
      storage: { directory: join(this.#root, id) },
      election: { electionTimeoutMsMin: 400, electionTimeoutMsMax: 800 },
      ...options,
    });
    this.peers.set(id, peer);
    return peer;
  }

  async stopPeer(id: string): Promise<void> {
    await this.peers.get(id)?.stop();
    this.peers.delete(id);
  }

  /** Asks whoever leads, and another one if that was wrong. */
  async onLeader<Value>(work: (leader: Store) => Promise<Value>): Promise<Value> {
    return until(
      async () => {
        const leader = [...this.peers.values()].find((peer) => peer.status().role === 'leader');
        if (leader === undefined) return undefined;
        try {
          return { value: await work(leader) };
        } catch (error) {
          if (error instanceof WhitewaterError && error.code === 'NOT_LEADER') return undefined;
          return { error: error as Error };
        }
      },
      { withinMs: WITHIN_MS, what: 'a leader that answers' },
    ).then((outcome) => {
      if ('error' in outcome) throw outcome.error;
      return outcome.value;
    });
  }

  put(key: string, value: string): Promise<KeyValueResult> {
    return this.onLeader((leader) => leader.propose({ type: 'put', key, value }));
  }

  /** Every replica has applied what the leader has. */
  async settled(): Promise<void> {
    await until(
      () => {
        const applied = [...this.peers.values()].map((peer) => peer.status().lastApplied);
        return new Set(applied).size === 1 && applied[0] !== 0;
      },
      { withinMs: WITHIN_MS, what: 'all replicas applied the same' },
    );
  }
}
