/** Peers that share a process. */
export interface HostOptions {
  readonly relay: string;
  readonly peers: readonly HostedPeer[];
  /** With it the peers have stores on disk, otherwise they keep everything in memory. */
  readonly directory?: string;
}

export interface HostedPeer {
  readonly cluster: string;
  readonly id: string;
  readonly voters: readonly string[];
}

export type HostQuestion =
  | { readonly type: 'memory' }
  /** Starts so many of the peers that are not started yet; answered when they run. */
  | { readonly type: 'start'; readonly count: number }
  | { readonly type: 'status' }
  /** Puts one after the other at a peer of this process, which leads; answered with how long each took, in milliseconds. */
  | { readonly type: 'puts'; readonly cluster: string; readonly id: string; readonly count: number };

export interface HostedStatus {
  readonly cluster: string;
  readonly id: string;
  readonly term: number;
  readonly leader: string | null;
}
