import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { Child } from '../support/Child.ts';
import type { LoadResult } from '../support/replicaProtocol.ts';
import type { Rival, RivalQuestion, Values, Written } from './rival.ts';

const SERVERS = [0, 1, 2];
const READY_WITHIN_MS = 30_000;
const SETTLED_MS = 2000;
const MODULE = new URL('./rivalProcess.js', import.meta.url);

/** Three servers of a rival, and clients of theirs, each a process of its own, in a directory that goes with them. */
export class RivalCluster {
  readonly rival: Rival;
  readonly #directory = mkdtempSync(join(tmpdir(), 'whitewater-bench-'));
  readonly #servers: Child[] = [];
  readonly #clients: Child[] = [];
  readonly #binaries: ChildProcess[] = [];
  #ports: readonly number[] = [];

  constructor(rival: Rival) {
    this.rival = rival;
  }

  /** @throws {Error} when it does not come to answer puts */
  async start(clients: number): Promise<void> {
    // etcd's servers speak to each other on ports of their own.
    const ports = await freePorts(2 * SERVERS.length);
    this.#ports = ports.slice(0, SERVERS.length);
    if (this.rival === 'etcd') this.#startEtcd(ports.slice(SERVERS.length));
    else this.#servers.push(...(await Promise.all(SERVERS.map((index) => this.#startEnd('server', index)))));
    if (this.rival === 'antietcd') await this.#putLeaderFirst();
    for (let count = 0; count < clients; count += 1) this.#clients.push(await this.#startEnd('client', 0));
    await this.#until('it answers puts', async () => {
      const [end = await this.leader()] = this.#clients;
      return end !== undefined && (await ask<boolean>(end, { type: 'isReady' }, READY_WITHIN_MS));
    });
  }

  get clients(): readonly Child[] {
    return this.#clients;
  }

  get servers(): readonly Child[] {
    return this.#servers;
  }

  /** The server that leads; undefined while none does. */
  async leader(): Promise<Child | undefined> {
    for (const server of this.#servers) if (await ask<boolean>(server, { type: 'isLeader' })) return server;
    return undefined;
  }

  /** The server that leads and has led for a while: at first, leaders come and go. @throws {Error} when none does */
  async leading(): Promise<Child> {
    let leader: Child | undefined;
    let sinceMs = performance.now();
    await this.#until('somebody leads', async () => {
      const newest = await this.leader();
      if (newest !== leader) sinceMs = performance.now();
      leader = newest;
      return leader !== undefined && performance.now() - sinceMs >= SETTLED_MS;
    });
    if (leader === undefined) throw new Error('nobody leads');
    return leader;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#clients, ...this.#servers].map((child) => child.stop()));
    for (const binary of this.#binaries) {
      if (binary.exitCode !== null || binary.signalCode !== null) continue;
      const gone = once(binary, 'exit');
      binary.kill('SIGKILL');
      await gone;
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** A client that asks the others is forwarded, which takes longer: it asks the first port. */
  async #putLeaderFirst(): Promise<void> {
    const leader = await this.leading();
    const port = this.#ports[this.#servers.indexOf(leader)] ?? 0;
    this.#ports = [port, ...this.#ports.filter((other) => other !== port)];
  }

  #startEnd(role: 'server' | 'client', index: number): Promise<Child> {
    const options = { rival: this.rival, role, index, ports: this.#ports, directory: this.#directory };
    return Child.start(MODULE, { args: [JSON.stringify(options)], isQuiet: true });
  }

  #startEtcd(peerPorts: readonly number[]): void {
    const url = (port: number | undefined): string => `http://127.0.0.1:${port ?? 0}`;
    const all = peerPorts.map((port, index) => `n${index}=${url(port)}`).join(',');
    for (const index of SERVERS) {
      const client = url(this.#ports[index]);
      const peer = url(peerPorts[index]);
      const words = [
        ...['--name', `n${index}`, '--data-dir', join(this.#directory, `n${index}`), '--log-level', 'error'],
        ...['--listen-client-urls', client, '--advertise-client-urls', client, '--listen-peer-urls', peer],
        ...['--initial-advertise-peer-urls', peer, '--initial-cluster', all, '--initial-cluster-token', 'bench'],
      ];
      this.#binaries.push(spawn('etcd', words, { stdio: 'ignore' }));
    }
  }

  async #until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const deadlineMs = performance.now() + READY_WITHIN_MS;
    while (!(await holds())) {
      if (performance.now() > deadlineMs) throw new Error(`not within ${READY_WITHIN_MS / 1000} s: ${what}`);
      await after(50);
    }
  }
}

export async function ask<Answer>(child: Child, question: RivalQuestion, withinMs?: number): Promise<Answer> {
  return (await child.ask(question, withinMs)) as Answer;
}

export function askLoad(
  child: Child,
  load: Omit<Extract<RivalQuestion, { type: 'load' }>, 'type'>,
): Promise<LoadResult> {
  return ask<LoadResult>(child, { type: 'load', ...load }, (load.seconds + 30) * 1000);
}

export function askWritten(child: Child, sample: number): Promise<Written> {
  return ask<Written>(child, { type: 'written', sample });
}

export function askValues(child: Child, keys: readonly string[]): Promise<Values> {
  return ask<Values>(child, { type: 'values', keys }, 60_000);
}

export function hasEtcd(): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'etcd')));
}

/** Ports that nobody has at the moment, all different. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
