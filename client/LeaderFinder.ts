import type { PeerId } from '../shared/ids.ts';
import type { Directory } from '../shared/messages/Directory.ts';

/** Whom to ask, and which process of it: the leader if it is known, else one peer after the other, each of which may know more. */
export class LeaderFinder {
  #leader: PeerId | null = null;
  #peers: readonly PeerId[] = [];
  #turn = 0;
  /** By peer: the process that the relay named last. */
  #instances = new Map<PeerId, string>();
  /** By peer: a process that is over, and that a relay may name once more, if it was asked before that was known. */
  readonly #past = new Map<PeerId, string>();

  /** @returns undefined when no peer is known */
  get leaderOrGuess(): PeerId | undefined {
    return this.#leader ?? this.anyone;
  }

  /** The peer whose turn it is, whatever its role. */
  get anyone(): PeerId | undefined {
    return this.#peers[this.#turn % this.#peers.length];
  }

  /** @returns undefined when the relay is to be asked */
  instanceOf(peer: PeerId): string | undefined {
    return this.#instances.get(peer);
  }

  learn({ peers, leader }: Directory): void {
    this.#peers = peers.map(({ id }) => id);
    this.#instances = new Map();
    for (const { id, instance } of peers) {
      // Once only: whoever was told wrongly that a process is over does not take it for that for ever.
      const isPast = this.#past.get(id) === instance;
      this.#past.delete(id);
      if (!isPast) this.#instances.set(id, instance);
    }
    if (this.#leader !== null && !this.#peers.includes(this.#leader)) this.#leader = null;
    this.suggested(leader);
  }

  /** The relay takes this peer for the leader. What a peer said itself is newer than what the relay heard. */
  suggested(leader: PeerId | null): void {
    // One that is not connected cannot be asked.
    if (leader !== null && this.#peers.includes(leader)) this.#leader ??= leader;
  }

  /** This peer leads: it answered what only a leader answers, or another one says so. */
  found(leader: PeerId): void {
    this.#leader = leader;
  }

  /** This peer does not lead, or does not answer. */
  isNot(peer: PeerId): void {
    if (this.#leader === peer) this.#leader = null;
    if (this.anyone === peer) this.#turn += 1;
  }

  /** This process of the peer is over. */
  isOver(peer: PeerId, instance: string): void {
    // Another one is known by now.
    if (this.#instances.get(peer) !== instance) return;
    this.#instances.delete(peer);
    this.#past.set(peer, instance);
  }
}
