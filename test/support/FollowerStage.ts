import { Driver } from '../../peer/Driver.ts';
import { encodeCommand } from '../../peer/machine/command.ts';
import { KeyValueMachine } from '../../peer/machine/keyValue/KeyValueMachine.ts';
import type { KeyValueAnswer } from '../../shared/keyValue.ts';
import { ReplicatedMachine, type AnyMachine } from '../../peer/machine/ReplicatedMachine.ts';
import { openStorage } from '../../peer/adapters.ts';
import type { OpenedStorage } from '../../peer/ports/Storage.ts';
import { ELECTION_PRESETS } from '../../peer/raft/options.ts';
import { Raft } from '../../peer/raft/Raft.ts';
import { SystemClock } from '../../endpoint/clock/SystemClock.ts';
import { openReplica } from '../../peer/replica/openReplica.ts';
import type { Replica } from '../../peer/replica/Replica.ts';
import { MemorySnapshotStore } from '../../peer/snapshots/MemorySnapshotStore.ts';
import { type Logger, SILENT_LOGGER } from '../../endpoint/ports/Logger.ts';
import type { TransportHandlers } from '../../endpoint/ports/Transport.ts';
import { configurationOf } from '../../peer/raft/configuration.ts';
import { clusterId, peerId } from '../../shared/ids.ts';
import type { Entry } from '../../shared/messages/Entry.ts';
import type { InstallSnapshot } from '../../shared/messages/InstallSnapshot.ts';
import type { Bodies, RaftMessage, RaftMessageType } from '../../shared/protocol.ts';
import { VirtualClock } from '../../sim/VirtualClock.ts';
import { until } from './until.ts';

const VOTERS = ['p1', 'p2', 'p3'].map(peerId);
export const FOLLOWER = { cluster: clusterId('demo'), id: peerId('p1'), voters: VOTERS };
const WITHIN_MS = 30_000;

/** A command whose place in the history shows in the state. */
export function putAt(index: number, term = 1): Entry {
  const command = { type: 'put', key: `k${index % 5}`, value: `${term}.${index}` };
  return { term, type: 'command', command: encodeCommand({ type: 'plain', timeMs: index, command }) };
}

function machineWith(entries: readonly Entry[]): { machine: KeyValueMachine; replicated: ReplicatedMachine } {
  const machine = new KeyValueMachine();
  const replicated = new ReplicatedMachine(machine);
  entries.forEach((entry, at) => {
    if (entry.type === 'command') replicated.apply(entry.command, at + 1, entry.term);
  });
  return { machine, replicated };
}

const EVERYTHING = { type: 'list', prefix: '', limit: 100 } as const;

/** What the store of keys and values answers after these entries. */
export function stateAfter(entries: readonly Entry[]): KeyValueAnswer {
  return machineWith(entries).machine.query(EVERYTHING);
}

/** The records of a snapshot of all these entries. */
export function snapshotRecords(entries: readonly Entry[]): Iterable<unknown> {
  return machineWith(entries).replicated.snapshot();
}

/** A leader's snapshot of all these entries, in so many pieces. */
export async function snapshotPieces(entries: readonly Entry[], count: number): Promise<InstallSnapshot[]> {
  const index = entries.length;
  const store = new MemorySnapshotStore();
  await store.write(index, snapshotRecords(entries));
  const { data } = await store.readPiece(index, 0, Number.MAX_SAFE_INTEGER);
  const size = Math.ceil(data.length / count);
  const term = entries.at(-1)?.term ?? 0;
  return Array.from({ length: count }, (_, at) => ({
    ...{ term, lastIncludedIndex: index, lastIncludedTerm: term, configuration: configurationOf(VOTERS) },
    ...{ offset: at * size, done: at === count - 1 },
    data: Buffer.from(data.subarray(at * size, (at + 1) * size)).toString('base64'),
  }));
}

export interface FollowerOptions {
  readonly directory: string;
  readonly logger?: Logger;
  /** Something between the peer and its store. */
  readonly wrap?: (opened: OpenedStorage) => OpenedStorage;
}

/** The real core, driver, replica and store of one follower; the test is its leader. Its clock stands still. */
export class FollowerStage {
  readonly opened: OpenedStorage;
  readonly replica: Replica;
  readonly driver: Driver;
  readonly failures: Error[] = [];
  readonly sent: RaftMessage[] = [];
  readonly clock = new VirtualClock();
  #handlers: TransportHandlers | undefined;
  #id = 0;

  private constructor(opened: OpenedStorage, replica: Replica) {
    this.opened = opened;
    this.replica = replica;
    const replication = { snapshotEntries: 4, trailingEntries: 1 };
    const raft = new Raft(
      { ...ELECTION_PRESETS.lab, ...replication, id: FOLLOWER.id, random: () => 0.5 },
      opened.stored,
    );
    const transport = {
      start: (handlers: TransportHandlers) => void (this.#handlers = handlers),
      send: (_to: unknown, _id: unknown, message: RaftMessage) => this.sent.push(message) > 0,
      sendStatus: () => true,
      stop: () => Promise.resolve(),
    };
    const { storage } = opened;
    this.driver = new Driver(
      { ...FOLLOWER, raft, storage, transport, clock: this.clock, application: replica },
      {
        onEvent: () => undefined,
        onConnected: () => undefined,
        onFailed: (error) => this.failures.push(error),
      },
    );
  }

  /** @throws {WhitewaterError} as a peer's start does */
  static async start({ directory, logger = SILENT_LOGGER, wrap }: FollowerOptions): Promise<FollowerStage> {
    const onDisk = await openStorage({ directory }, FOLLOWER, logger);
    const opened = wrap?.(onDisk) ?? onDisk;
    try {
      const machine = new KeyValueMachine() as unknown as AnyMachine;
      const replica = await openReplica(machine, opened, () => null, new SystemClock(), logger);
      const stage = new FollowerStage(opened, replica);
      stage.driver.start();
      return stage;
    } catch (error) {
      await opened.storage.close();
      throw error;
    }
  }

  get state(): unknown {
    return this.replica.query(EVERYTHING);
  }

  receive(from: string, message: RaftMessage): void {
    this.#id += 1;
    this.#handlers?.onMessage(peerId(from), this.#id, message);
  }

  bodiesOf<Type extends RaftMessageType>(type: Type): Bodies[Type][] {
    return this.sent.flatMap((message) => (message.type === type ? [message.body as Bodies[Type]] : []));
  }

  /** The furthest that it said its log agrees, in this term. */
  acknowledged(term: number): number {
    const matches = this.bodiesOf('AppendEntriesReply').map((body) =>
      body.success && body.requestTerm === term ? body.matchIndex : 0,
    );
    const installed = this.bodiesOf('InstallSnapshotReply').map((body) =>
      body.done && body.requestTerm === term ? body.lastIncludedIndex : 0,
    );
    return Math.max(0, ...matches, ...installed);
  }

  /** Until it is so, or it failed. */
  async reaches(what: string, condition: () => boolean): Promise<void> {
    await until(() => condition() || this.failures.length > 0, { withinMs: WITHIN_MS, what, everyMs: 1 });
  }

  async stop(): Promise<void> {
    this.driver.stop();
    await this.opened.storage.close();
  }
}
