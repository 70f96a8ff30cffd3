import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from '../support/Child.ts';
import type { IdlePeersOptions } from '../support/idlePeers.ts';
import type { Memory } from '../support/memory.ts';

export interface IdlePeersPlan {
  readonly clusters: number;
  readonly seconds: number;
}

export interface IdlePeersResult {
  readonly peers: number;
  /** Resident memory: of the process with three peers more, and of one peer. */
  readonly processBytes: number;
  readonly bytesPerPeer: number;
}

const PEERS_PER_CLUSTER = 3;

/** Peers with key-value stores and disks, in clusters of three with leaders and heartbeats, on a relay of another process. */
export async function measureIdlePeers({ clusters, seconds }: IdlePeersPlan): Promise<IdlePeersResult> {
  const directory = mkdtempSync(join(tmpdir(), 'whitewater-bench-'));
  const children: Child[] = [];
  try {
    const relay = await Child.start(new URL('../support/relayProcess.js', import.meta.url));
    children.push(relay);
    const options: IdlePeersOptions = { relay: `http://127.0.0.1:${relay.port}`, directory, clusters, seconds };
    const module = new URL('../support/idlePeersProcess.js', import.meta.url);
    const child = await Child.start(module, { args: [JSON.stringify(options)], execArgv: ['--expose-gc'] });
    children.push(child);
    const { before, later } = (await child.ask('memory', 120_000)) as { before: Memory; later: Memory };
    const peers = clusters * PEERS_PER_CLUSTER;
    const bytesPerPeer = (later.residentBytes - before.residentBytes) / peers;
    return { peers, processBytes: before.residentBytes, bytesPerPeer };
  } finally {
    await Promise.all(children.map((child) => child.stop()));
    rmSync(directory, { recursive: true, force: true });
  }
}
