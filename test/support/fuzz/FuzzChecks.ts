import type { PeerId } from '../../../shared/ids.ts';
import type { Entry } from '../../../shared/messages/Entry.ts';
import type { StoredRaftState } from '../../../peer/raft/RaftState.ts';

/** What every correct cluster keeps to, held after each step: the properties of the paper's Figure 3, and reads that are current. */
export class FuzzChecks {
  readonly #leaders = new Map<number, PeerId>();
  readonly #sightings = new Map<string, string>();
  /** Position 0 has index 1. */
  readonly committed: { readonly text: string; readonly term: number; readonly inTerm: number }[] = [];

  get elections(): number {
    return this.#leaders.size;
  }

  /** Election Safety; and Leader Completeness, when the leader is new. @param stored all that it asked its disk for */
  leads(peer: PeerId, term: number, stored: StoredRaftState): void {
    const before = this.#leaders.get(term);
    if (before === peer) return;
    if (before !== undefined) throw new Error(`Election Safety: ${before} and ${peer} lead term ${term}`);
    this.#leaders.set(term, peer);
    const { base, entries } = stored;
    for (const [at, { inTerm, text }] of this.committed.entries()) {
      const index = at + 1;
      if (index <= base.index || inTerm >= term) continue;
      const held = entries[index - base.index - 1];
      if (held === undefined || JSON.stringify(held) !== text) {
        throw new Error(`Leader Completeness: ${peer} leads term ${term} without entry ${index} of term ${inTerm}`);
      }
    }
  }

  /** Log Matching: the same index and term is the same entry behind the same predecessor. @param previousTerm of the entry before */
  appended(peer: PeerId, firstIndex: number, entries: readonly Entry[], previousTerm: number): void {
    let before = previousTerm;
    for (const [offset, entry] of entries.entries()) {
      const key = `${firstIndex + offset}/${entry.term}`;
      const sighting = `${before} ${JSON.stringify(entry)}`;
      const seen = this.#sightings.get(key) ?? sighting;
      if (seen !== sighting) throw new Error(`Log Matching: ${peer} holds ${sighting} at ${key}, others ${seen}`);
      this.#sightings.set(key, sighting);
      before = entry.term;
    }
  }

  /** State Machine Safety. */
  applied(peer: PeerId, index: number, entry: Entry, inTerm: number): void {
    const text = JSON.stringify(entry);
    const known = this.committed[index - 1];
    if (known === undefined) {
      if (index !== this.committed.length + 1) throw new Error(`${peer} skips to entry ${index}`);
      this.committed.push({ text, term: entry.term, inTerm });
    } else if (known.text !== text) {
      throw new Error(`State Machine Safety: ${peer} applies ${text} at ${index}, others ${known.text}`);
    }
  }

  /** Linearizable: what anybody applied before the read was asked for is in what the read sees. */
  read(peer: PeerId, index: number, atLeast: number): void {
    if (index < atLeast)
      throw new Error(`a stale read: ${peer} would answer from ${index}, but ${atLeast} was applied`);
  }
}
