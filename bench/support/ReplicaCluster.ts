import { existsSync, readdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import type { PeerOptions } from '../../peer/index.ts';
import { peerId, type PeerId } from '../../shared/ids.ts';
import { Child } from './Child.ts';
import type { Memory } from './memory.ts';
import type { Load, LoadResult, ReplicaQuestion, ReplicaStatus } from './replicaProtocol.ts';

const STATE_WITHIN_MS = 60_000;
const POLL_MS = 20;

export interface ReplicaClusterOptions {
  readonly cluster: string;
  readonly peers: number;
  readonly election?: PeerOptions['election'];
  readonly replication?: PeerOptions['replication'];
  /** For Node itself, in the peers' processes and in the relay's. */
  readonly execArgv?: (who: string) => readonly string[];
}

export type ClientName = 'client' | 'client2';

/** A relay and peers with key-value stores on disk, every one a process of its own, in a directory that goes with them. */
export class ReplicaCluster {
  readonly ids: readonly PeerId[];
  readonly #options: ReplicaClusterOptions;
  readonly #directory = mkdtempSync(join(tmpdir(), 'whitewater-bench-'));
  readonly #children = new Map<string, Child>();

  constructor(options: ReplicaClusterOptions) {
    this.#options = options;
    this.ids = Array.from({ length: options.peers }, (_, index) => peerId(`p${index + 1}`));
  }

  get relay(): Child {
    return this.#child('relay');
  }

  async startRelay(): Promise<void> {
    const execArgv = this.#options.execArgv?.('relay') ?? [];
    this.#children.set('relay', await Child.start(new URL('./relayProcess.js', import.meta.url), { execArgv }));
  }

  async startPeer(id: PeerId): Promise<void> {
    const { cluster, election, replication, execArgv } = this.#options;
    const options: PeerOptions = {
      ...{ cluster, id, voters: this.ids },
      relay: `http://127.0.0.1:${this.relay.port}`,
      storage: { directory: join(this.#directory, id) },
      ...(election === undefined ? {} : { election }),
      ...(replication === undefined ? {} : { replication }),
    };
    const module = new URL('./replicaProcess.js', import.meta.url);
    const child = await Child.start(module, { args: [JSON.stringify(options)], execArgv: execArgv?.(id) ?? [] });
    this.#children.set(id, child);
  }

  /** A client in a process of its own, with a session. Needs a leader. */
  async startClient(name: ClientName = 'client'): Promise<void> {
    const { cluster, execArgv } = this.#options;
    const options = { cluster, id: name, relay: `http://127.0.0.1:${this.relay.port}` };
    const module = new URL('./clientProcess.js', import.meta.url);
    const args = [JSON.stringify(options)];
    this.#children.set(name, await Child.start(module, { args, execArgv: execArgv?.(name) ?? [] }));
  }

  peer(id: PeerId): Child {
    return this.#child(id);
  }

  get client(): Child {
    return this.#child('client');
  }

  /** The peer that leads and that all running ones take for the leader. */
  async leader(): Promise<PeerId> {
    const running = this.ids.filter((id) => this.#children.has(id));
    let leader: string | null = null;
    await this.until('a leader that all agree on', async () => {
      const statuses = await Promise.all(running.map((id) => this.status(id)));
      leader = statuses[0]?.leader ?? null;
      return leader !== null && statuses.every((status) => status.leader === leader && status.isConnected);
    });
    const id = this.ids.find((each) => each === leader);
    if (id === undefined) throw new Error(`the leader ${String(leader)} is no peer of this cluster`);
    return id;
  }

  /** @throws {Error} when it does not come about in time */
  async until(what: string, holds: () => Promise<boolean>, withinMs = STATE_WITHIN_MS): Promise<void> {
    const deadlineMs = performance.now() + withinMs;
    while (!(await holds())) {
      if (performance.now() > deadlineMs) throw new Error(`there was not within ${withinMs} ms: ${what}`);
      await after(POLL_MS);
    }
  }

  async status(id: PeerId): Promise<ReplicaStatus> {
    return (await this.#ask(id, { type: 'status' })) as ReplicaStatus;
  }

  /** Whether its store of snapshots has one that is not whole yet. */
  isStoringSnapshot(id: PeerId): boolean {
    const directory = join(this.#directory, id, 'snapshots');
    return existsSync(directory) && readdirSync(directory).some((name) => name.startsWith('writing-'));
  }

  async load(id: PeerId, load: Load & { readonly seconds: number }): Promise<LoadResult> {
    const withinMs = (load.seconds + 30) * 1000;
    return (await this.#ask(id, { type: 'load', load }, withinMs)) as LoadResult;
  }

  /** Puts, or reads, that a client asks of the cluster. */
  async clientLoad(load: Load & { readonly seconds: number }, name: ClientName = 'client'): Promise<LoadResult> {
    return (await this.#child(name).ask(load, (load.seconds + 30) * 1000)) as LoadResult;
  }

  async beginLoad(id: PeerId, load: Load): Promise<void> {
    await this.#ask(id, { type: 'beginLoad', load });
  }

  async endLoad(id: PeerId): Promise<LoadResult> {
    return (await this.#ask(id, { type: 'endLoad' })) as LoadResult;
  }

  async fill(id: PeerId, keys: number, valueBytes: number): Promise<void> {
    await this.#ask(id, { type: 'fill', keys, valueBytes }, 600_000);
  }

  async forgetPeak(id: PeerId, collectGarbage: boolean): Promise<Memory> {
    return (await this.#ask(id, { type: 'forgetPeak', collectGarbage })) as Memory;
  }

  async memory(id: PeerId, collectGarbage: boolean): Promise<Memory> {
    return (await this.#ask(id, { type: 'memory', collectGarbage })) as Memory;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#children.values()].map((child) => child.stop()));
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #ask(id: PeerId, question: ReplicaQuestion, withinMs?: number): Promise<unknown> {
    return this.peer(id).ask(question, withinMs);
  }

  #child(name: string): Child {
    const child = this.#children.get(name);
    if (child === undefined) throw new Error(`${name} is not running`);
    return child;
  }
}
