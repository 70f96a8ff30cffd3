import type { LabCounts } from '../LabCluster.ts';
import type { LabNetwork } from '../LogCluster.ts';

/** The lab's clerk: each operation is sent again until it is done, however long that takes. */
export interface Clerk {
  /** @returns the empty text for a key that is not there */
  get(key: string): Promise<string>;
  put(key: string, value: string): Promise<void>;
  append(key: string, value: string): Promise<void>;
}

/**
 * What lab 3 needs: servers of a replicated key-value store, numbered from 0, and clerks. One adapter runs real peers and the
 * shipped client over real sockets; another may run the same in virtual time.
 */
export interface KeyValueLabCluster {
  readonly size: number;
  /** The time in which `sleep` sleeps: wall or virtual, from any origin. */
  nowMs(): number;
  sleep(ms: number): Promise<void>;
  /** A clerk that can reach these servers, whatever partition is in force. */
  makeClerk(servers: readonly number[]): Promise<Clerk>;
  /** From now on the clerk can reach these servers. */
  connectClerk(clerk: Clerk, servers: readonly number[]): Promise<void>;
  /** Servers hear those of their own group only. Every server is in one; a group may be empty. */
  partition(groups: readonly (readonly number[])[]): Promise<void>;
  /** Ends the partition of the servers. */
  connectAll(): Promise<void>;
  /** Whoever says that it leads, in the highest term; undefined when nobody does. */
  leader(): number | undefined;
  /** Ends every server's life where it is; clerks go on. */
  crashAll(): Promise<void>;
  /** Every server again, with what is in its store. */
  restartAll(): Promise<void>;
  /** The size of the largest Raft state that any server has in its store, in bytes: see `stateBytes`. */
  stateBytesMax(): number;
  /** The size of the largest snapshot in force at any server, in bytes as it is stored. */
  snapshotBytesMax(): Promise<number>;
  /** Calls of clerks and servers together. */
  counts(): Promise<LabCounts>;
  stop(): Promise<void>;
}

export interface KeyValueClusterOptions {
  readonly size: number;
  readonly network: Extract<LabNetwork, 'reliable' | 'unreliable'>;
  /** The lab's maxraftstate: a server takes a snapshot when its log has so many bytes; undefined: never. */
  readonly stateBytes: number | undefined;
  /** Names every random choice. */
  readonly seed: string;
}
