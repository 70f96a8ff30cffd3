import type { StoredState } from '../peer/ports/Storage.ts';
import type { HardState, SnapshotMetadata, StorageStep } from '../peer/raft/effect.ts';
import type { Configuration } from '../shared/messages/Configuration.ts';
import type { Entry } from '../shared/messages/Entry.ts';
import { SimulationFailure } from './SimulationFailure.ts';

/** What is durable at a peer, as the rules are held against it. */
export interface DurableState {
  readonly hardState: HardState;
  /** The log begins behind it. */
  readonly baseIndex: number;
  /** The term of a durable entry, or of the one that the log begins behind; undefined when the log on disk is shorter, or begins later. */
  termAt(index: number): number | undefined;
}

/** What a store holds, changed in place step by step. */
export class StoredImage implements DurableState {
  hardState: HardState;
  base: StoredState['base'];
  entries: Entry[];
  snapshot: SnapshotMetadata | null;
  readonly bootstrap: Configuration;

  constructor({ hardState, base, entries, snapshot, bootstrap }: StoredState) {
    this.hardState = hardState;
    this.base = base;
    this.entries = [...entries];
    this.snapshot = snapshot;
    this.bootstrap = bootstrap;
  }

  get baseIndex(): number {
    return this.base.index;
  }

  /** The newest configuration in the log before an index, or what the log begins with. */
  configurationBefore(index: number): Configuration {
    for (let at = Math.min(index - 1, this.lastIndex); at > this.base.index; at -= 1) {
      const entry = this.entryAt(at);
      if (entry?.type === 'configuration') return entry.configuration;
    }
    return this.snapshot?.configuration ?? this.bootstrap;
  }

  get lastIndex(): number {
    return this.base.index + this.entries.length;
  }

  termAt(index: number): number | undefined {
    return index === this.base.index ? this.base.term : this.entryAt(index)?.term;
  }

  entryAt(index: number): Entry | undefined {
    return this.entries[index - this.base.index - 1];
  }

  /** @throws {SimulationFailure} when entries would leave a gap */
  take(step: StorageStep): void {
    switch (step.type) {
      case 'setHardState':
        this.hardState = step.hardState;
        return;
      case 'truncate':
        this.entries.length = Math.min(this.entries.length, Math.max(0, step.fromIndex - this.base.index - 1));
        return;
      case 'append':
        if (step.firstIndex !== this.lastIndex + 1) {
          throw new SimulationFailure(
            `entries from ${step.firstIndex} on leave a gap: the log on disk ends at ${this.lastIndex}`,
          );
        }
        this.entries.push(...step.entries);
        return;
      case 'useSnapshot': {
        const { snapshot, baseIndex, baseTerm, replacesLog } = step;
        this.entries = replacesLog ? [] : this.entries.slice(baseIndex - this.base.index);
        this.snapshot = snapshot;
        this.base = { index: baseIndex, term: baseTerm };
      }
    }
  }

  /** As a peer that is started now would find it. */
  copy(): StoredState {
    const { hardState, base, entries, snapshot, bootstrap } = this;
    return { hardState, base, entries: [...entries], snapshot, bootstrap };
  }
}

/** What a store holds after one step more. */
export function afterStep(stored: StoredState, step: StorageStep): StoredState {
  const image = new StoredImage(stored);
  image.take(step);
  return { ...image.copy(), ...(stored.snapshotBytes === undefined ? {} : { snapshotBytes: stored.snapshotBytes }) };
}
