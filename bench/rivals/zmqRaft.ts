import { join } from 'node:path';
import { loadPackage } from './packages.ts';
import { within, type RivalEnd, type RivalOptions } from './rival.ts';

interface Entry {
  readonly isStateEntry: boolean;
  readEntryData(): Buffer;
}

interface StateMachine {
  applyEntries(entries: Buffer[], nextIndex: number, term: number, snapshot: unknown): Promise<number>;
}

/** What is used of the package zmq-raft. */
interface ZmqRaftPackage {
  readonly api: { readonly StateMachineBase: new () => StateMachine };
  readonly client: {
    readonly ZmqRaftClient: new (
      urls: readonly string[],
      options: Record<string, unknown>,
    ) => { requestUpdate(id: Buffer | string, data: Buffer): Promise<number>; close(): void };
  };
  readonly common: { readonly LogEntry: { bufferToLogEntry(buffer: Buffer, index: number): Entry } };
  readonly server: {
    readonly builder: {
      build(options: Record<string, unknown>): Promise<{ isLeader: boolean; close(): Promise<void> }>;
    };
  };
  readonly utils: { readonly id: { genIdent(): Buffer } };
}

/** More than are ever outstanding: with the default of 2 its client would lose requests at once. */
const HIGH_WATER_MARK = 4096;

/** A server of three with its log in files, each write of which it syncs, and a map as its state machine. */
export async function startZmqRaft({ index, ports, directory }: RivalOptions): Promise<RivalEnd> {
  const raft = loadPackage('zmq-raft') as ZmqRaftPackage;
  const values = new Map<string, string>();
  class Machine extends raft.api.StateMachineBase {
    constructor() {
      super();
      const self = this as unknown as Record<symbol, () => void>;
      self[Symbol.for('setReady')]?.();
    }

    override applyEntries(entries: Buffer[], nextIndex: number, term: number, snapshot: unknown): Promise<number> {
      entries.forEach((buffer, at) => {
        const entry = raft.common.LogEntry.bufferToLogEntry(buffer, nextIndex + at);
        if (!entry.isStateEntry) return;
        const [key, value] = JSON.parse(entry.readEntryData().toString()) as [string, string];
        values.set(key, value);
      });
      return super.applyEntries(entries, nextIndex, term, snapshot);
    }
  }
  const server = await raft.server.builder.build({
    ...{ id: `n${index}`, secret: 'bench', peers: ports.map((port, at) => ({ id: `n${at}`, url: urlOf(port) })) },
    ...{ data: { path: join(directory, `n${index}`) }, listeners: { error: () => undefined } },
    factory: { state: () => new Machine() },
  });
  return {
    isLeader: () => server.isLeader,
    held: (key) => values.get(key) ?? null,
    stop: () => server.close(),
  };
}

export async function openZmqRaftClient({ ports }: RivalOptions): Promise<RivalEnd> {
  const raft = loadPackage('zmq-raft') as ZmqRaftPackage;
  const client = new raft.client.ZmqRaftClient(ports.map(urlOf), {
    ...{ secret: 'bench', lazy: true, heartbeat: 5000, highwatermark: HIGH_WATER_MARK },
  });
  return {
    put: (key, value) =>
      within(client.requestUpdate(raft.utils.id.genIdent(), Buffer.from(JSON.stringify([key, value]))), 'a put'),
    stop: async () => client.close(),
  };
}

function urlOf(port: number): string {
  return `tcp://127.0.0.1:${port}`;
}
