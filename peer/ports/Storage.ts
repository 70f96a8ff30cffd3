import type { PeerId } from '../../shared/ids.ts';
import type { Entry } from '../../shared/messages/Entry.ts';
import type { HardState, StorageStep } from '../raft/effect.ts';

/** What a store held when it was opened. A new one holds term 0, no vote and an empty log. */
export interface StoredState {
  readonly hardState: HardState;
  /** The entry at position 0 has index 1. */
  readonly entries: readonly Entry[];
  /** Who the voters were at the first start. */
  readonly voters: readonly PeerId[];
}

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
}
