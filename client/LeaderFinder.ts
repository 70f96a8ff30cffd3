import type { PeerId } from '../shared/ids.ts';
import type { Directory } from '../shared/messages/Directory.ts';

/** Whom to ask: the leader if it is known, else one peer after the other, each of which may know more. */
export class LeaderFinder {
  #leader: PeerId | null = null;
  #peers: readonly PeerId[] = [];
  #turn = 0;

  /** @returns undefined when no peer is known */
  get leaderOrGuess(): PeerId | undefined {
    return this.#leader ?? this.anyone;
  }

  /** The peer whose turn it is, whatever its role. */
  get anyone(): PeerId | undefined {
    return this.#peers[this.#turn % this.#peers.length];
  }

  learn({ peers, leader }: Directory): void {
    this.#peers = peers;
    if (this.#leader !== null && !peers.includes(this.#leader)) this.#leader = null;
    // What a peer said itself is newer than what the relay heard.
    this.#leader ??= leader;
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
}
