import { followCluster } from '../cli/live/followCluster.ts';
import { SafetyLedger } from '../shared/safety/SafetyLedger.ts';
import { SafetyWatch } from '../cli/safety/watchSafety.ts';
import type { Network } from '../client/Network.ts';
import type { ClusterView } from '../shared/http/ClusterView.ts';

export interface WatchOptions {
  readonly url: string;
  readonly cluster: string;
  readonly network: Network;
  readonly onEvent: (text: string) => void;
  readonly onOffence: (offence: string) => void;
}

/** Holds what the peers tell against Raft's safety, over all lives of the relay, and counts what is seen of snapshots. */
export class Watch {
  readonly ledger = new SafetyLedger();
  readonly #options: WatchOptions;
  readonly #ending = new AbortController();
  readonly #followed: Promise<void>;
  readonly #snapshotIndexes = new Map<string, { readonly snapshotIndex: number; readonly lastLogIndex: number }>();
  #safety: SafetyWatch | undefined;
  #snapshots = 0;
  #installed = 0;

  constructor(options: WatchOptions) {
    this.#options = options;
    const since = Date.now();
    const followed = followCluster({
      ...{ url: options.url, cluster: options.cluster, token: undefined, signal: this.#ending.signal },
      isPatient: () => true,
      onChange: (events) => {
        for (const { kind, text, timeMs } of events)
          if (timeMs >= since && (kind === 'leaderElected' || kind === 'leaderLost')) options.onEvent(text);
        const view = followed.picture.viewAt(performance.now());
        if (view !== undefined) this.#countSnapshots(view);
      },
    });
    this.#followed = followed.ended;
    this.#followed.catch(() => undefined);
  }

  /** Seen in the statuses: those between two looks are not counted. */
  get snapshots(): { readonly taken: number; readonly installed: number } {
    return { taken: this.#snapshots, installed: this.#installed };
  }

  /** The relay begins a life. */
  begin(): void {
    this.#safety = new SafetyWatch(this.#options.network, this.ledger, this.#options.onOffence);
  }

  /** The relay's life is about to end: reads all that it was told. @returns what is wrong */
  async drain(): Promise<string | undefined> {
    const safety = this.#safety;
    this.#safety = undefined;
    return safety?.drain();
  }

  async end(): Promise<void> {
    this.#ending.abort();
    await Promise.allSettled([this.#followed, this.#safety?.end()]);
  }

  #countSnapshots({ peers }: ClusterView): void {
    for (const { id, status } of peers) {
      if (status === null) continue;
      const { snapshotIndex, lastLogIndex } = status;
      const before = this.#snapshotIndexes.get(id) ?? { snapshotIndex: 0, lastLogIndex: 0 };
      this.#snapshotIndexes.set(id, { snapshotIndex, lastLogIndex });
      if (snapshotIndex <= before.snapshotIndex) continue;
      // One that reaches beyond the log that a peer had came from its leader, when it took the log's place.
      if (snapshotIndex > before.lastLogIndex && status.firstLogIndex > snapshotIndex) this.#installed += 1;
      else this.#snapshots += 1;
    }
  }
}
