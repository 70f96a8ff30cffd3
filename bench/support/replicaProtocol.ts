/** What a bench asks of a peer's process that holds a key-value store. */
export type ReplicaQuestion =
  | { readonly type: 'status' }
  | { readonly type: 'load'; readonly load: Load }
  | { readonly type: 'beginLoad'; readonly load: Load }
  | { readonly type: 'endLoad' }
  /** Puts keys `key-0` to `key-(keys - 1)`, each of this many bytes of text that no other has. */
  | { readonly type: 'fill'; readonly keys: number; readonly valueBytes: number }
  | { readonly type: 'forgetPeak'; readonly collectGarbage: boolean }
  | { readonly type: 'memory'; readonly collectGarbage: boolean };

/** Puts that a process asks of its own peer, which must lead, or as a client of a cluster. */
export interface Load {
  readonly keys: number;
  readonly valueBytes: number;
  /** Linearizable reads of these keys instead; they were put before. */
  readonly reads?: boolean;
  /** As many as this wait for their answer at any time; the next one is asked when one is answered. */
  readonly outstanding?: number;
  /** Or so many a second, evenly spaced, however long each waits. */
  readonly putsPerSecond?: number;
  /** Until `endLoad` without it. */
  readonly seconds?: number;
}

export interface LoadResult {
  readonly puts: number;
  readonly seconds: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** When the slowest put was asked for, in milliseconds since the load began. */
  readonly slowestAtMs: number;
}

export interface ReplicaStatus {
  readonly role: string;
  readonly leader: string | null;
  readonly term: number;
  readonly lastApplied: number;
  readonly lastLogIndex: number;
  readonly snapshotIndex: number;
  readonly firstLogIndex: number;
  readonly isConnected: boolean;
  /** Since the start: synced writes of the store, and frames sent to other peers. */
  readonly writes: number;
  readonly framesSent: number;
}
