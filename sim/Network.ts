import type { PeerId } from '../shared/ids.ts';
import type { RaftMessage } from '../shared/protocol.ts';
import type { Random } from '../shared/random.ts';
import { SimulationFailure } from './SimulationFailure.ts';
import type { VirtualClock } from './VirtualClock.ts';

/** How the network treats a message. Rates are shares of the messages, from 0 to 1. */
export interface NetworkOptions {
  /** A message travels for a time drawn uniformly from [min, max), so one may overtake another. */
  readonly delayMsMin: number;
  readonly delayMsMax: number;
  readonly lossRate: number;
  /** Delivered twice, each after a delay of its own. */
  readonly duplicateRate: number;
  /** Held back for up to `reorderMsMax` more, so that much of what is sent later comes sooner. */
  readonly reorderRate: number;
  readonly reorderMsMax: number;
}

export const RELIABLE_NETWORK: NetworkOptions = {
  delayMsMin: 1,
  delayMsMax: 5,
  lossRate: 0,
  duplicateRate: 0,
  reorderRate: 0,
  reorderMsMax: 0,
};

/** More messages than this on their way at once are a storm, and a defect: a cluster at rest has a few dozen. */
const IN_FLIGHT_MAX = 20_000;

export type Fate = 'delivered' | 'lost' | 'cut' | 'duplicated' | 'held' | 'nobody';
export type Receiver = (from: PeerId, id: number, message: RaftMessage) => void;
export type FateListener = (from: PeerId, to: PeerId, id: number, message: RaftMessage, fate: Fate) => void;

/**
 * Carries messages in virtual time. A cut is looked at when a message is sent; what is under way arrives, whatever happens
 * meanwhile, even after its receiver was restarted.
 */
export class SimulatedNetwork {
  options: NetworkOptions = RELIABLE_NETWORK;
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #onFate: FateListener | undefined;
  readonly #receivers = new Map<PeerId, Receiver>();
  readonly #cuts = new Map<PeerId, Set<PeerId>>();
  #inFlight = 0;

  constructor(clock: VirtualClock, random: Random, onFate?: FateListener) {
    this.#clock = clock;
    this.#random = random;
    this.#onFate = onFate;
  }

  attach(peer: PeerId, receiver: Receiver): void {
    this.#receivers.set(peer, receiver);
  }

  /** Nobody hears what is sent to the peer. */
  detach(peer: PeerId): void {
    this.#receivers.delete(peer);
  }

  /** One way. */
  cut(from: PeerId, to: PeerId): void {
    const cuts = this.#cuts.get(from) ?? new Set();
    this.#cuts.set(from, cuts.add(to));
  }

  mend(from: PeerId, to: PeerId): void {
    this.#cuts.get(from)?.delete(to);
  }

  /** Both ways, with everybody. */
  isolate(peer: PeerId, others: Iterable<PeerId>): void {
    for (const other of others) {
      this.cut(peer, other);
      this.cut(other, peer);
    }
  }

  /** Peers talk to those of their own group only. */
  partition(groups: readonly (readonly PeerId[])[]): void {
    this.mendAll();
    for (const group of groups) {
      for (const other of groups) {
        if (other === group) continue;
        for (const from of group) for (const to of other) this.cut(from, to);
      }
    }
  }

  mendAll(): void {
    this.#cuts.clear();
  }

  isCut(from: PeerId, to: PeerId): boolean {
    return this.#cuts.get(from)?.has(to) === true;
  }

  send(from: PeerId, to: PeerId, id: number, message: RaftMessage): void {
    const { lossRate, duplicateRate } = this.options;
    if (this.isCut(from, to)) return this.#onFate?.(from, to, id, message, 'cut');
    if (lossRate > 0 && this.#random() < lossRate) return this.#onFate?.(from, to, id, message, 'lost');
    this.#carry(from, to, id, message);
    if (duplicateRate > 0 && this.#random() < duplicateRate) {
      this.#onFate?.(from, to, id, message, 'duplicated');
      this.#carry(from, to, id, message);
    }
  }

  #carry(from: PeerId, to: PeerId, id: number, message: RaftMessage): void {
    this.#inFlight += 1;
    if (this.#inFlight > IN_FLIGHT_MAX) throw new SimulationFailure(`more than ${IN_FLIGHT_MAX} messages under way`);
    this.#clock.setArrival(this.#clock.nowMs() + this.#delayMs(), () => {
      this.#inFlight -= 1;
      const receiver = this.#receivers.get(to);
      this.#onFate?.(from, to, id, message, receiver === undefined ? 'nobody' : 'delivered');
      receiver?.(from, id, message);
    });
  }

  #delayMs(): number {
    const { delayMsMin, delayMsMax, reorderRate, reorderMsMax } = this.options;
    const delayMs = delayMsMin + this.#random() * (delayMsMax - delayMsMin);
    const held = reorderRate > 0 && this.#random() < reorderRate;
    return held ? delayMs + this.#random() * reorderMsMax : delayMs;
  }
}
