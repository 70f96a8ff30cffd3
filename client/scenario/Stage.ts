import type { Network } from '../Network.ts';
import type { RelayClient } from '../RelayClient.ts';

/** Processes that this command started and may end. All of it resolves when it is done. */
export interface Processes {
  kill(id: string): Promise<void>;
  stop(id: string): Promise<void>;
  start(id: string): Promise<void>;
  pause(id: string): void;
  resume(id: string): void;
}

/** How a request of a client ended. */
export type Outcome =
  | { readonly ok: true; readonly text: string; readonly value: unknown }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** A request that a step made under a name. */
export interface Request {
  readonly done: Promise<Outcome>;
  outcome: Outcome | undefined;
}

/** What conditions are judged by, and what is remembered is looked up in. */
export interface Ground {
  readonly peers: readonly string[];
  readonly cluster: string;
  readonly network: Pick<Network, 'view' | 'until' | 'faults'>;
  readonly client: RelayClient;
  readonly memory: Map<string, unknown>;
  readonly requests: ReadonlyMap<string, Request>;
  readonly random: () => number;
}

/** Where steps happen: a cluster, what may be done to it, and what earlier steps left behind. */
export interface Stage extends Ground {
  readonly network: Network;
  /** Undefined for a cluster that somebody else runs. */
  readonly processes: Processes | undefined;
  /** The number of the journal's newest line when the stage was set: what came before is no part of what happens here. */
  readonly journalAfter: number;
  readonly requests: Map<string, Request>;
}
