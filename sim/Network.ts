import {
  changeFaults,
  expiredRules,
  type Faults,
  type FaultsChange,
  nextExpiryMs,
  noFaults,
} from '../server/faults/Faults.ts';
import { judge } from '../server/faults/judge.ts';
import type { JudgedEndpoint } from '../server/faults/JudgedEndpoint.ts';
import { LinkFaults } from '../server/faults/LinkFaults.ts';
import type { RuleInForce } from '../server/faults/RuleInForce.ts';
import type { Timer } from '../endpoint/ports/Clock.ts';
import { encodeFrame } from '../shared/envelope.ts';
import type { Partition } from '../shared/http/Partition.ts';
import type { PeerId } from '../shared/ids.ts';
import type { EndpointMessage } from '../shared/protocol.ts';
import type { Random } from '../shared/random.ts';
import { carried, type Carriage } from './carriage.ts';
import { SimulationFailure } from './SimulationFailure.ts';
import type { VirtualClock } from './VirtualClock.ts';
import { weatherOf } from './weather.ts';

/** How the network treats a message. Rates are shares of the messages, from 0 to 1. */
export interface NetworkOptions {
  /** A message travels for a time drawn uniformly from [min, max), so one may overtake another. */
  readonly delayMsMin: number;
  readonly delayMsMax: number;
  readonly lossRate: number;
  /** Delivered twice, the second time later. */
  readonly duplicateRate: number;
  /** How much later, at the most; `delayMsMax - delayMsMin` by default. */
  readonly duplicateMsMax?: number;
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

/** What becomes of a message: `damaged` when it arrives as something that its receiver cannot read. */
export type Fate = 'delivered' | 'lost' | 'cut' | 'duplicated' | 'held' | 'damaged' | 'nobody';
export type Receiver = (from: PeerId, id: number, message: EndpointMessage) => void;
export type FateListener = (from: PeerId, to: PeerId, id: number, message: EndpointMessage, fate: Fate) => void;
type RoleOf = () => string | undefined;

const NO_ROLE: RoleOf = () => undefined;

class SimulatedEndpoint implements JudgedEndpoint {
  readonly id: PeerId;
  isClient = false;
  roleOf = NO_ROLE;

  constructor(id: PeerId) {
    this.id = id;
  }

  get role(): string | undefined {
    return this.roleOf();
  }
}

/** A message that a rule holds. */
interface Held {
  readonly by: RuleInForce;
  readonly arrive: () => void;
}

/**
 * Carries messages in virtual time. What becomes of each is decided by the relay's own fault engine, with the options as a
 * profile of it; `change` puts any other faults in force.
 *
 * A cut is looked at when a message is sent; what is under way arrives, whatever happens meanwhile, even after its receiver was
 * restarted or the rule that delays it is gone. What a rule holds goes on when that rule is gone.
 */
export class SimulatedNetwork {
  readonly #clock: VirtualClock;
  readonly #onFate: FateListener | undefined;
  readonly #receivers = new Map<PeerId, Receiver>();
  readonly #endpoints = new Map<PeerId, SimulatedEndpoint>();
  readonly #links = new Map<PeerId, Map<PeerId, LinkFaults>>();
  readonly #cuts = new Map<PeerId, Set<PeerId>>();
  #options: NetworkOptions = RELIABLE_NETWORK;
  #faults: Faults;
  /** Whether `#cuts` and `#options` have changed since they were made part of the faults: once for many changes at a time. */
  #isCutAnew = false;
  #isWeatherNew = true;
  /** Besides `#cuts`: as it was put in force by `change`, and when. */
  #partition: { readonly source: Partition; readonly sinceMs: number } | undefined;
  #measuresBytes = false;
  #held: Held[] = [];
  #expiry: Timer | undefined;
  #inFlight = 0;
  #relayLife = 1;
  /** How messages come from one process to another. */
  carriage: Carriage = 'asIs';

  /** @param random gives the seed of the faults */
  constructor(clock: VirtualClock, random: Random, onFate?: FateListener) {
    this.#clock = clock;
    this.#onFate = onFate;
    this.#faults = noFaults(String(random()));
  }

  get options(): NetworkOptions {
    return this.#options;
  }

  /** Takes the place of whatever profile is in force. */
  set options(options: NetworkOptions) {
    this.#options = options;
    this.#isWeatherNew = true;
  }

  /** The faults in force. */
  get faults(): Faults {
    this.#catchUp();
    return this.#faults;
  }

  /**
   * Changes the faults in one step. A partition takes the place of all cuts; `cut` and `mend` go on from it.
   * @throws {WhitewaterError} as `changeFaults`
   */
  change(change: FaultsChange): void {
    this.#catchUp();
    this.#put(change);
    if (change.partition === undefined) return;
    this.#cuts.clear();
    this.#partition =
      change.partition === null ? undefined : { source: change.partition, sinceMs: this.#clock.nowMs() };
  }

  attach(peer: PeerId, receiver: Receiver, roleOf: RoleOf = NO_ROLE): void {
    this.#receivers.set(peer, receiver);
    this.#endpoint(peer).roleOf = roleOf;
  }

  /** As `attach`, for an endpoint that is no peer: roles do not mean it. */
  attachClient(client: PeerId, receiver: Receiver): void {
    this.#receivers.set(client, receiver);
    this.#endpoint(client).isClient = true;
  }

  /** The relay goes down: what is on its way is lost, and what rules hold too. */
  loseAll(): void {
    this.#relayLife += 1;
    this.#inFlight -= this.#held.length;
    this.#held = [];
  }

  /** Nobody hears what is sent to the peer. */
  detach(peer: PeerId): void {
    this.#receivers.delete(peer);
  }

  /** One way. */
  cut(from: PeerId, to: PeerId): void {
    if (from === to) return;
    const cuts = this.#cuts.get(from) ?? new Set();
    this.#cuts.set(from, cuts.add(to));
    this.#isCutAnew = true;
  }

  /** Takes back a `cut`. */
  mend(from: PeerId, to: PeerId): void {
    this.#cuts.get(from)?.delete(to);
    this.#isCutAnew = true;
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
    this.#isCutAnew ||= this.#faults.partition !== undefined;
    this.#cuts.clear();
    this.#partition = undefined;
  }

  isCut(from: PeerId, to: PeerId): boolean {
    return this.#link(from, to).isCut(this.faults, this.#clock.nowMs());
  }

  send(from: PeerId, to: PeerId, id: number, message: EndpointMessage): void {
    const bytes = this.#measuresBytes
      ? encodeFrame({ type: message.type, from, to, id, body: message.body }).length
      : 0;
    const nowMs = this.#clock.nowMs();
    const fate = judge(this.#link(from, to), message.type, bytes, this.faults, nowMs);
    const relayLife = this.#relayLife;
    const copy = carried(this.carriage, from, to, id, message);
    const arriveAs = (isDamaged: boolean) => (): void => {
      if (this.#arrives(from, to, id, message, isDamaged, relayLife)) this.#receivers.get(to)?.(from, id, copy());
    };
    if (fate.type === 'delivered') return this.#carry(nowMs, arriveAs(false));
    if (fate.type === 'dropped') {
      return this.#onFate?.(from, to, id, message, fate.cause === 'partition' ? 'cut' : 'lost');
    }
    let isFirst = true;
    for (const { atMs = nowMs, heldBy, damage } of fate.copies) {
      if (!isFirst) this.#onFate?.(from, to, id, message, 'duplicated');
      isFirst = false;
      const arrive = arriveAs(damage !== undefined);
      if (heldBy === undefined) {
        this.#carry(atMs, arrive);
        continue;
      }
      this.#onFate?.(from, to, id, message, 'held');
      this.#takeOn();
      this.#held.push({ by: heldBy, arrive });
    }
  }

  /** @returns whether there is a receiver who can read it */
  #arrives(
    ...[from, to, id, message, isDamaged, relayLife]: [PeerId, PeerId, number, EndpointMessage, boolean, number]
  ): boolean {
    this.#inFlight -= 1;
    const isThere = relayLife === this.#relayLife && this.#receivers.has(to);
    const fate = relayLife !== this.#relayLife ? 'lost' : !isThere ? 'nobody' : isDamaged ? 'damaged' : 'delivered';
    this.#onFate?.(from, to, id, message, fate);
    return fate === 'delivered';
  }

  #carry(atMs: number, arrive: () => void): void {
    this.#takeOn();
    this.#clock.setArrival(atMs, arrive);
  }

  #takeOn(): void {
    this.#inFlight += 1;
    if (this.#inFlight > IN_FLIGHT_MAX) throw new SimulationFailure(`more than ${IN_FLIGHT_MAX} messages under way`);
  }

  #put(change: FaultsChange): void {
    const nowMs = this.#clock.nowMs();
    this.#faults = changeFaults(this.#faults, change, { nowMs, peers: [...this.#endpoints.keys()] });
    const { rules } = this.#faults;
    this.#measuresBytes = rules.some(({ compiled }) => compiled.rate !== undefined);
    if (this.#held.length > 0) this.#release(new Set(rules));
    this.#expiry?.stop();
    const expiresAtMs = nextExpiryMs(this.#faults);
    this.#expiry = expiresAtMs === undefined ? undefined : this.#clock.setTimer(expiresAtMs, () => this.#expire());
  }

  /** Lets go what is held by rules that are not in force any more, in the order in which it was sent. */
  #release(inForce: ReadonlySet<RuleInForce>): void {
    const held = this.#held;
    this.#held = held.filter(({ by }) => inForce.has(by));
    for (const { by, arrive } of held) {
      if (!inForce.has(by)) this.#clock.setArrival(this.#clock.nowMs(), arrive);
    }
  }

  #expire(): void {
    const over = new Set(expiredRules(this.#faults, this.#clock.nowMs()));
    const left = this.#faults.rules.filter(({ name, ofProfile }) => !ofProfile && !over.has(name));
    this.#put({ rules: new Map(left.map(({ name, source }) => [name, source])) });
  }

  /** Many changes of cuts and options that are made at once are one change of the faults. */
  #catchUp(): void {
    if (!this.#isCutAnew && !this.#isWeatherNew) return;
    const profile = this.#isWeatherNew ? { profile: weatherOf(this.#options) } : {};
    const partition = this.#isCutAnew ? { partition: this.#partitionNow() } : {};
    this.#isWeatherNew = false;
    this.#isCutAnew = false;
    this.#put({ ...profile, ...partition });
  }

  #partitionNow(): Partition | null {
    const cuts = Array.from(this.#cuts, ([from, all]) => Array.from(all, (to): [PeerId, PeerId] => [from, to])).flat();
    if (this.#partition === undefined) return cuts.length === 0 ? null : { groups: [], cuts };
    const { source, sinceMs } = this.#partition;
    const elapsedMs = this.#clock.nowMs() - sinceMs;
    const absences = (source.absences ?? []).map(({ id, fromMs, untilMs }) => ({
      id,
      fromMs: fromMs - elapsedMs,
      untilMs: untilMs - elapsedMs,
    }));
    return { ...source, cuts: [...(source.cuts ?? []), ...cuts], absences };
  }

  #endpoint(id: PeerId): SimulatedEndpoint {
    const known = this.#endpoints.get(id);
    if (known !== undefined) return known;
    const endpoint = new SimulatedEndpoint(id);
    this.#endpoints.set(id, endpoint);
    return endpoint;
  }

  #link(from: PeerId, to: PeerId): LinkFaults {
    const links = this.#links.get(from) ?? new Map<PeerId, LinkFaults>();
    const known = links.get(to);
    if (known !== undefined) return known;
    const link = new LinkFaults(this.#endpoint(from), this.#endpoint(to));
    this.#links.set(from, links.set(to, link));
    return link;
  }
}
