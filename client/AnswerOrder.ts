import type { PeerId } from '../shared/ids.ts';
import type { Operation } from '../shared/messages/ClientRequest.ts';

/** Requests of one order are answered by a peer in the order in which they came: those of the log, and those that only read. */
export type Order = 'log' | 'read' | 'staleRead';

/** @returns undefined for what takes a time of its own */
export function orderOf(operation: Operation): Order | undefined {
  switch (operation.type) {
    case 'openSession':
    case 'closeSession':
    case 'command':
      return 'log';
    case 'query':
      return operation.consistency === 'stale' ? 'staleRead' : 'read';
    case 'changeMembers':
    case 'transferLeadership':
      return undefined;
  }
}

/** How far each peer has come with its answers. */
export class AnswerOrder {
  /** By peer: the newest copy of a request that it answered. */
  readonly #newest: Readonly<Record<Order, Map<PeerId, number>>> = {
    log: new Map(),
    read: new Map(),
    staleRead: new Map(),
  };

  note(peer: PeerId, order: Order | undefined, copy: number): void {
    if (order === undefined) return;
    const newest = this.#newest[order];
    if (copy > (newest.get(peer) ?? 0)) newest.set(peer, copy);
  }

  /** Whether the peer has answered a later one than this, of the same order. */
  isOvertaken(peer: PeerId, order: Order | undefined, copy: number): boolean {
    return order !== undefined && (this.#newest[order].get(peer) ?? 0) > copy;
  }
}
