import type { StorageStep } from '../raft/effect.ts';
import type { SnapshotStore } from './SnapshotStore.ts';
import type { StoredRaftState } from '../raft/RaftState.ts';

/**
 * What a store held when it was opened. A new one holds term 0, no vote, no snapshot and an empty log; `bootstrap` is what the
 * cluster was founded with at the first start.
 */
export type StoredState = StoredRaftState;

/**
 * Where a peer's term, vote and log survive it.
 * The driver has at most one `write` under way and never calls after `close`.
 */
export interface Storage {
  /** Whether what is written survives the process. */
  readonly kind: 'disk' | 'memory';
  /**
   * Makes the steps durable, in order, all or none; then calls `done`, never within this call.
   * With an error the effect is unknown, and the store must not be used again.
   */
  write(steps: readonly StorageStep[], done: (error?: Error) => void): void;
  close(): Promise<void>;
}

/** A store that is open, and what it held. */
export interface OpenedStorage {
  readonly storage: Storage;
  readonly stored: StoredState;
  /** Where the state machine's states are kept, if there is a place for them. */
  readonly snapshots?: SnapshotStore;
}
