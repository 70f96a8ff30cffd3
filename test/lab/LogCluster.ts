import type { AppliedLedger } from './AppliedLedger.ts';
import type { LabCluster } from './LabCluster.ts';

/**
 * What labs 2B, 2C and 2D need besides: a log, and peers that crash and come back with what is in their stores. As in the lab, a
 * peer that crashes is disconnected, and one that comes back stays so until it is connected.
 */
export interface LogCluster extends LabCluster {
  /** What the peers applied. */
  readonly applied: AppliedLedger;
  isUp(peer: number): boolean;
  /**
   * The lab's Start(): puts a command into the log if this peer says that it leads, and does not wait.
   * @returns undefined when it does not lead, or is not up
   */
  propose(peer: number, command: string): Proposed | undefined;
  /** Ends the peer's life where it is. What is in its store stays; a write under way is done or lost. */
  crash(peer: number): Promise<void>;
  /** A new life, after a crash if it is up, with what is in its store. */
  restart(peer: number): Promise<void>;
  setNetwork(network: LabNetwork): Promise<void>;
  /** Requests that reached the peers, each counted since its last start. */
  requestsReceived(): number;
  /** The size of the largest Raft state that any peer has in its store, in bytes: see `stateBytes`. */
  stateBytesMax(): number;
}

/** Where a command stands, if the leader stays. */
export interface Proposed {
  readonly index: number;
  readonly term: number;
}

/** labrpc with `reliable` on, with it off, and with `longReordering` besides. */
export type LabNetwork = 'reliable' | 'unreliable' | 'longReordering';
