/**
 * What the course's lab needs of a cluster: Config of its tester, without the checks, which are the same everywhere
 * (LabTester.ts). One adapter runs real peers over real sockets; another may run the same core in virtual time.
 *
 * Peers are numbered from 0. The network is labrpc's: a disconnected peer goes on running, cut from everyone;
 * connecting it restores its links to all that are connected.
 */
export interface LabCluster {
  readonly size: number;
  /** The time in which `sleep` sleeps: wall or virtual, from any origin. */
  nowMs(): number;
  sleep(ms: number): Promise<void>;
  /** What the peer says of itself: the lab's GetState(). */
  state(peer: number): PeerState;
  /** Cuts every link of the peer, both ways. Settles when no further frame passes. */
  disconnect(peer: number): Promise<void>;
  connect(peer: number): Promise<void>;
  isConnected(peer: number): boolean;
  counts(): Promise<LabCounts>;
  /**
   * Waits until what the cluster tells an outsider agrees with what the peers say.
   * @throws {Error} naming the difference when it stays
   */
  verifyReport(): Promise<void>;
  stop(): Promise<void>;
}

export interface PeerState {
  readonly term: number;
  readonly isLeader: boolean;
}

/** Counted as the lab does: every call made, delivered or not; the bytes of every call made and every reply delivered. */
export interface LabCounts {
  readonly rpcs: number;
  readonly bytes: number;
  /** The highest index that any peer applied. */
  readonly commits: number;
}

export interface LabClusterOptions {
  readonly size: number;
  /** Names every random choice of the peers. */
  readonly seed: string;
}
