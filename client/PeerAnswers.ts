import type { PeerId } from '../shared/ids.ts';
import { AnswerOrder } from './AnswerOrder.ts';
import type { Pending } from './Pending.ts';

/** When a peer that is asked says nothing at all for so long, the relay is asked whether it is there and leads. */
const DOUBT_MS = 150;
/** After so long it is given up. */
const SILENT_MS = 1_000;
/** A request is asked again after so long, though its peer answers others. */
const ASK_AGAIN_MS = 5_000;
/**
 * A request is asked again when its peer has answered a later one of its kind for so long, for the answer was probably lost; twice as
 * long after each time, since a network that keeps no order is no reason for more and more copies. A peer that is only slow answers
 * none of them.
 */
const OVERTAKEN_MS = 250;

/** What peers have answered and when: tells a request that was lost, or whose peer is gone, from one whose peer is slow. */
export class PeerAnswers {
  /** By peer: when it last said anything. */
  readonly #heardAtMs = new Map<PeerId, number>();
  readonly #order = new AnswerOrder();

  heard(peer: PeerId, nowMs: number): void {
    this.#heardAtMs.set(peer, nowMs);
  }

  /** The peer answered this copy of the request. */
  answered(peer: PeerId, { order }: Pending, copy: number): void {
    this.#order.note(peer, order, copy);
  }

  isDoubtful(peer: PeerId, pending: Pending, nowMs: number): boolean {
    return this.#silentMs(peer, pending, nowMs) >= DOUBT_MS;
  }

  isSilent(peer: PeerId, pending: Pending, nowMs: number): boolean {
    return this.#silentMs(peer, pending, nowMs) >= SILENT_MS;
  }

  /** Whether it is to be asked again. */
  isOverdue(peer: PeerId, pending: Pending, nowMs: number): boolean {
    if (this.isSilent(peer, pending, nowMs) || nowMs - pending.askedAtMs >= ASK_AGAIN_MS) return true;
    return this.#isLost(peer, pending, nowMs);
  }

  #silentMs(peer: PeerId, { askedAtMs }: Pending, nowMs: number): number {
    return nowMs - Math.max(askedAtMs, this.#heardAtMs.get(peer) ?? 0);
  }

  /** Whether the answer was probably lost: its peer answers what was sent later. */
  #isLost(peer: PeerId, pending: Pending, nowMs: number): boolean {
    const { order, openCopies, hastenings } = pending;
    const newestCopy = openCopies.at(-1);
    if (newestCopy === undefined || !this.#order.isOvertaken(peer, order, newestCopy)) return false;
    pending.overtakenAtMs ??= nowMs;
    if (nowMs - pending.overtakenAtMs < OVERTAKEN_MS * 2 ** hastenings) return false;
    pending.hastenings += 1;
    return true;
  }
}
