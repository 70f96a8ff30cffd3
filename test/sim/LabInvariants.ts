import type { Effect, StorageStep } from '../../peer/raft/effect.ts';
import type { PeerId } from '../../shared/ids.ts';
import type { RaftMessage } from '../../shared/protocol.ts';
import type { SimulatedDisk } from '../../sim/Disk.ts';
import { Invariants } from '../../sim/invariants.ts';
import { StoredImage } from '../../sim/StoredImage.ts';

interface Watched {
  readonly disk: SimulatedDisk;
  life: number;
  term: number;
  /** As the core has it: what is on disk and what is on its way there. */
  readonly log: StoredImage;
}

/** The properties of the paper's Figure 3 over a whole test of the lab. */
export class LabInvariants {
  readonly #invariants = new Invariants();
  readonly #peers = new Map<PeerId, Watched>();

  /** A life begins, with what is on disk. */
  started(peer: PeerId, disk: SimulatedDisk): void {
    const { stored } = disk;
    const { hardState } = stored;
    const life = (this.#peers.get(peer)?.life ?? 0) + 1;
    this.#peers.set(peer, { disk, life, term: hardState.currentTerm, log: new StoredImage(stored) });
    this.#invariants.restarted(peer, hardState);
  }

  messageLeaves(from: PeerId, to: PeerId, message: RaftMessage): void {
    const watched = this.#peers.get(from);
    if (watched !== undefined) this.#invariants.messageLeaves(from, to, message, watched.disk);
  }

  /** What a core decided in one step, before anything of it leaves. */
  decided(peer: PeerId, effects: readonly Effect[]): void {
    const watched = this.#peers.get(peer);
    if (watched === undefined) return;
    for (const effect of effects) {
      if (effect.type === 'persist') for (const step of effect.steps) this.#changeLog(peer, watched, step);
      if (effect.type === 'apply') {
        this.#invariants.applied(peer, effect.firstIndex, effect.entries, watched.term);
      }
      if (effect.type !== 'report') continue;
      const { event } = effect;
      if (event.type === 'termChanged') watched.term = event.to;
      if (event.type === 'roleChanged' && event.to === 'leader') {
        this.#invariants.electedLeader(peer, watched.life, watched.term, watched.log);
      }
    }
  }

  #changeLog(peer: PeerId, { log }: Watched, step: StorageStep): void {
    if (step.type === 'truncate') this.#invariants.truncated(peer, step.fromIndex, log);
    log.take(step);
    if (step.type === 'append') this.#invariants.appended(peer, step.firstIndex, step.entries, log);
    if (step.type === 'useSnapshot') this.#invariants.compacted(peer, { index: step.baseIndex, term: step.baseTerm });
  }
}
