import type { WhitewaterError } from '../shared/errors.ts';
import type { PeerId } from '../shared/ids.ts';
import type { Entry } from '../shared/messages/Entry.ts';
import type { Role } from '../shared/messages/Status.ts';
import type { Logger } from '../endpoint/ports/Logger.ts';
import type { RoleChangeReason } from './raft/event.ts';

/** What can happen to a peer, by name. Roles, terms and leaders are told once they are durable. */
export interface PeerEventMap {
  roleChanged: { readonly from: Role; readonly to: Role; readonly term: number; readonly reason: RoleChangeReason };
  /** `leader` is null when none is known in this term. */
  leaderChanged: { readonly leader: PeerId | null; readonly term: number };
  termChanged: { readonly from: number; readonly to: number };
  /** Entries that are on a majority, in order, each index once. */
  committed: { readonly firstIndex: number; readonly entries: readonly Entry[] };
  /** `relay` is the URL of its WebSocket. */
  connected: { readonly relay: string | undefined };
  /** The connection is gone; another is being made. */
  disconnected: Record<string, never>;
  /** The peer has stopped because of this, and does not start again. */
  failed: { readonly error: WhitewaterError };
}

export type PeerEventName = keyof PeerEventMap;
export type PeerEventListener<Name extends PeerEventName> = (event: PeerEventMap[Name]) => void;

/** Tells listeners, in the order in which they came, within the turn in which it happened. */
export class PeerEvents {
  readonly #logger: Logger;
  readonly #listeners = new Map<PeerEventName, Set<(event: never) => void>>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** @returns takes the listener away again */
  on<Name extends PeerEventName>(name: Name, listener: PeerEventListener<Name>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** For the peer. What a listener throws is logged and harms nobody else. */
  emit<Name extends PeerEventName>(name: Name, event: PeerEventMap[Name]): void {
    const listeners = this.#listeners.get(name) as Set<PeerEventListener<Name>> | undefined;
    for (const listener of [...(listeners ?? [])]) {
      try {
        listener(event);
      } catch (error) {
        this.#logger.error(`a listener of "${name}" threw`, { error });
      }
    }
  }
}
