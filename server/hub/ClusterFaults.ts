import { nanoid } from 'nanoid';
import { WhitewaterError } from '../../shared/errors.ts';
import type { LiveEvent } from '../../shared/http/Live.ts';
import type { NetworkRequest, NetworkView, Orphans, Profile } from '../../shared/http/Network.ts';
import type { Partition, PartitionRequest } from '../../shared/http/Partition.ts';
import type { Rule } from '../../shared/http/Rule.ts';
import {
  changeFaults,
  expiredRules,
  idsNamedIn,
  nextExpiryMs,
  noFaults,
  type Faults,
  type FaultsChange,
} from '../faults/Faults.ts';
import { checkRule, invalid, TYPES_MAX } from '../faults/checkRule.ts';
import type { JudgedEndpoint } from '../faults/JudgedEndpoint.ts';
import type { RuleInForce } from '../faults/RuleInForce.ts';
import { partitionOf } from '../faults/shapes.ts';
import { accountOfMembers } from '../../shared/http/standing.ts';
import type { Journal } from '../journal/Journal.ts';
import type { DelayedFrame, DelayedFrames } from './DelayedFrames.ts';
import { RAFT_APPLICATION } from './Endpoint.ts';
import { networkView, ruleView } from './networkView.ts';
import type { HubServices } from './HubServices.ts';
import { partitionText } from './partitionText.ts';
import type { Roster } from './Roster.ts';
import { Settlement } from './Settlement.ts';
import { SlowAccepts } from './SlowAccepts.ts';
import { timerMs } from './timerMs.ts';
import type { DropCause } from '../../shared/http/Traffic.ts';

export interface ClusterFaultsParts {
  readonly clusterId: string;
  readonly services: HubServices;
  readonly roster: Roster;
  readonly journal: Journal;
  readonly leader: () => string | null;
  readonly delayed: () => DelayedFrames;
  readonly lose: (frame: DelayedFrame, cause: DropCause, waitedMs: number) => void;
  readonly tell: (kind: LiveEvent['kind'], text: string) => void;
  readonly onChange: (faults: Faults, kind: LiveEvent['kind'], text: string) => void;
}

/** What is told of a change. */
interface Told {
  readonly frames: Orphans | undefined;
  readonly kind: LiveEvent['kind'];
  readonly text: string;
  readonly seedSet: boolean;
  readonly renewed: ReadonlySet<string> | undefined;
  readonly isHeal: boolean;
  /** Ids that may be named though the relay never heard of them. */
  readonly clients?: readonly string[] | undefined;
  /** Settles what becomes of frames that wait, in place of what becomes of those of rules that went. */
  readonly settle?: ((nowMs: number) => void) | undefined;
}

/** How a change is to be made. */
export interface ChangeOptions {
  /** What becomes of frames that rules delay or hold which are not there afterwards; see `Settlement.ofOrphans`. */
  readonly frames?: Orphans;
  /** Only if the faults in force are still of this epoch. */
  readonly epoch?: number;
}

/** Which of a rule's frames are let go, and how. */
export interface ReleaseOptions {
  readonly order?: 'inOrder' | 'shuffled';
  /** The first so many only. */
  readonly first?: number;
  /** Whether the profile's rule of that name is meant; the user's goes before when this is not said. */
  readonly ofProfile?: boolean;
}

/**
 * The faults in force in one cluster, and every way to change them. Each change is one step: it is checked as a whole, makes the
 * next epoch, settles what becomes of frames that wait, and is told.
 *
 * Methods that change something throw a WhitewaterError, having changed nothing: RULE_INVALID, PROFILE_UNKNOWN,
 * PARTITION_OVERLAPS, PARTITION_SHAPE_UNKNOWN, PARTITION_SHAPE_UNFIT, PEER_UNKNOWN, RULE_UNKNOWN, EPOCH_DIFFERS,
 * REQUEST_INVALID.
 */
export class ClusterFaults {
  readonly #parts: ClusterFaultsParts;
  #faults: Faults;
  readonly #slowAccepts: SlowAccepts;
  readonly #settlement: Settlement;
  #expiresAtMs = Infinity;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: ClusterFaultsParts) {
    this.#parts = parts;
    this.#slowAccepts = new SlowAccepts(parts.services.clock, parts.journal);
    this.#settlement = new Settlement(() => parts.delayed().queue, parts.lose);
    const { seed } = parts.services.options;
    this.#faults = noFaults(seed === undefined ? nanoid(10) : `${seed}/${parts.clusterId}`);
  }

  get current(): Faults {
    return this.#faults;
  }

  get partition(): Partition | null {
    return this.#faults.partition?.source ?? null;
  }

  /** The faults in force at that time: whatever ends by then has ended, however late its timer is. */
  at(nowMs: number): Faults {
    if (nowMs >= this.#expiresAtMs) this.#expire(nowMs);
    return this.#faults;
  }

  view(): NetworkView {
    const nowMs = this.#nowMs();
    return networkView(this.at(nowMs), this.#parts.delayed().queue, nowMs);
  }

  /** @throws {WhitewaterError} RULE_UNKNOWN */
  ruleView(name: string): ReturnType<typeof ruleView> {
    return ruleView(this.#rule(name), this.#nowMs());
  }

  /**
   * @param rules anything, by their names
   * @param place where they stand, for the message
   * @throws {WhitewaterError} RULE_INVALID
   */
  checkRules(rules: Readonly<Record<string, unknown>>, place: string): void {
    const extraTypes = this.#typesOfOthers(Object.values(rules));
    for (const [name, rule] of Object.entries(rules)) checkRule(rule, `${place}/${name}`, extraTypes);
  }

  setPartition(request: PartitionRequest | null, options: ChangeOptions = {}): void {
    this.#checkEpoch(options);
    if (request === null && this.partition === null) return;
    const partition = this.#partitionOf(request);
    if (partition === null) this.#change({ partition }, options, 'healed', 'the partition is healed');
    else this.#change({ partition }, options, 'partitioned', `partitioned: ${partitionText(partition)}`);
  }

  putRule(name: string, rule: Rule, options: ChangeOptions = {}): void {
    const rules = this.#userRules();
    const verb = rules.has(name) ? 'changed' : 'in force';
    this.#change(
      { rules: rules.set(name, rule), renewed: new Set([name]) },
      options,
      'faultsChanged',
      `the rule ${name} is ${verb}`,
    );
  }

  deleteRule(name: string, options: ChangeOptions = {}): void {
    const rules = this.#userRules();
    if (!rules.delete(name)) throw this.#unknownRule(name);
    this.#change({ rules }, options, 'faultsChanged', `the rule ${name} is gone`);
  }

  setRules(rules: Readonly<Record<string, Rule>>, options: ChangeOptions = {}): void {
    const names = Object.keys(rules);
    const text = names.length === 0 ? 'all rules are gone' : `the rules are ${names.join(', ')}`;
    this.#change({ rules: new Map(Object.entries(rules)) }, options, 'faultsChanged', text);
  }

  setProfile(profile: Profile, options: ChangeOptions = {}): void {
    this.#change({ profile }, options, 'faultsChanged', `the network is ${profile.name}`);
  }

  /** Begins the draws of all links anew. */
  setSeed(seed: string, options: ChangeOptions = {}): void {
    this.#change({ seed }, options, 'faultsChanged', `the seed is ${seed}`);
  }

  /** Everything at once: what the request leaves out is not in force afterwards, but for the seed, which stays. */
  apply(request: NetworkRequest, options: ChangeOptions = {}): void {
    const { rules = {}, renewed = [], partition = null, profile, seed, clients } = request;
    const change: FaultsChange = {
      rules: new Map(Object.entries(rules)),
      renewed: new Set(renewed),
      partition: this.#partitionOf(partition, '/partition/shape'),
      profile: profile ?? { name: 'reliable' },
      ...(seed === undefined ? {} : { seed }),
    };
    this.#change(change, options, 'faultsChanged', 'the network is another', { clients });
  }

  /**
   * No partition, no rules, a reliable network; whatever waits comes at once, in order.
   * @param endsRefusals there is something else to heal besides
   */
  heal(endsRefusals: boolean, options: ChangeOptions = {}): void {
    const { partition, rules, profile } = this.#faults;
    const isWhole = partition === undefined && rules.length === 0 && profile.source.name === 'reliable';
    if (isWhole && this.#settlement.isQuiet && !endsRefusals && options.epoch === undefined) return;
    const change = { partition: null, rules: new Map(), profile: { name: 'reliable' } };
    // All at once, for less than rule by rule.
    const everything = options.frames === undefined ? (nowMs: number) => this.#settlement.releaseAll(nowMs) : undefined;
    this.#change(change, options, 'healed', 'the network is healed', { isHeal: true, settle: everything });
  }

  /**
   * Lets go what a rule holds; the rule stays, and holds what comes.
   * @returns how many frames
   * @throws {WhitewaterError} RULE_UNKNOWN
   */
  release(name: string, { order = 'inOrder', first = Infinity, ofProfile }: ReleaseOptions): number {
    const rule = this.#rule(name, ofProfile);
    const released = this.#settlement.release(rule, this.#faults, this.#nowMs(), first, order === 'shuffled');
    this.#parts.delayed().changed();
    const framesMax = Number.isFinite(first) ? first : null;
    const told = { rule: name, ofProfile: rule.ofProfile, order, first: framesMax, released };
    this.#parts.journal.event('release', told);
    const owner = rule.ofProfile ? ` of the profile ${this.#faults.profile.source.name}` : '';
    this.#parts.tell('faultsChanged', `the rule ${name}${owner} let go ${released} frames`);
    return released;
  }

  /** Waits for as long as rules make the network slow to answer a new connection of that endpoint, or until they are gone. */
  async slowAccept(endpoint: JudgedEndpoint, signal: AbortSignal): Promise<void> {
    await this.#slowAccepts.wait(endpoint, this.at(this.#nowMs()), signal);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#settlement.stop();
  }

  #nowMs(): number {
    return this.#parts.services.clock();
  }

  #change(
    change: FaultsChange,
    options: ChangeOptions,
    kind: LiveEvent['kind'],
    text: string,
    { isHeal = false, settle, clients = [] }: Partial<Pick<Told, 'isHeal' | 'settle' | 'clients'>> = {},
  ): void {
    const nowMs = this.#nowMs();
    const before = this.at(nowMs);
    this.#checkEpoch(options);
    const { roster } = this.#parts;
    const peers = roster.sorted().filter(({ isEphemeral }) => !isEphemeral);
    // Before the first endpoint came there is nothing to hold names against: they are those of endpoints to come.
    const endpoints = roster.size === 0 ? undefined : [...roster.ids(), ...clients];
    const context = { nowMs, peers: peers.map(({ id }) => id), endpoints };
    refuseUnplaced(change.profile, peers.length);
    const named = [...(change.rules?.values() ?? []), ...Object.values(change.profile?.rules ?? {})];
    const after = changeFaults(before, change, { ...context, extraTypes: this.#typesOfOthers(named) });
    this.#putInForce(after, nowMs, {
      ...{ frames: options.frames, kind, text, isHeal, settle },
      ...{ seedSet: change.seed !== undefined, renewed: change.renewed },
    });
  }

  /** @throws {WhitewaterError} EPOCH_DIFFERS */
  #checkEpoch({ epoch }: ChangeOptions): void {
    const before = this.at(this.#nowMs());
    if (epoch === undefined || epoch === before.epoch) return;
    const message = `the faults in force are of epoch ${before.epoch}, not ${epoch}: look at them again; nothing was changed`;
    throw new WhitewaterError('EPOCH_DIFFERS', message, { details: { epoch: before.epoch } });
  }

  #expire(nowMs: number): void {
    const { rules, partition } = this.#faults;
    const ended = new Set(expiredRules(this.#faults, nowMs));
    const kept = rules.filter(({ name, ofProfile }) => !ofProfile && !ended.has(name));
    const isPartitionOver = partition?.endsAtMs !== undefined && partition.endsAtMs <= nowMs;
    const change: FaultsChange = {
      rules: new Map(kept.map(({ name, source }) => [name, source])),
      ...(isPartitionOver ? { partition: null } : {}),
    };
    const what = [...[...ended].map((name) => `the rule ${name}`), ...(isPartitionOver ? ['the partition'] : [])];
    // Set before anything else: whoever is told of the change may ask for the faults.
    this.#expiresAtMs = Infinity;
    const after = changeFaults(this.#faults, change, { nowMs, peers: [] });
    const text = `the time of ${what.join(', ')} is over`;
    this.#putInForce(after, nowMs, {
      // No delay is cut short by a time that was over behind it: nobody asked for that.
      ...{ frames: 'keep', kind: 'faultsChanged', text, seedSet: false, renewed: undefined, isHeal: false },
    });
  }

  #putInForce(
    after: Faults,
    nowMs: number,
    { frames, kind, text, seedSet, renewed = new Set(), isHeal, settle }: Told,
  ): void {
    const before = this.#faults;
    this.#faults = after;
    if (settle === undefined) this.#settlement.ofOrphans(before, after, frames, nowMs);
    else settle(nowMs);
    this.#settlement.ofCut(before, after, nowMs);
    this.#parts.delayed().changed();
    this.#setTimer();
    this.#slowAccepts.endThoseWithout(after.rules);
    const { epoch, seed, profile, partition } = after;
    const inForce = {
      profile: profile.source,
      partition: partition === undefined ? null : { ...partition.source, inFlight: partition.inFlight },
      rules: Object.fromEntries(this.#userRules()),
    };
    const clients = this.#clientsNamedIn(after);
    const told = {
      renewed: [...renewed],
      ...(clients.length > 0 ? { clients } : {}),
      frames: frames ?? null,
      seedSet,
      healed: isHeal,
      text,
    };
    this.#parts.journal.event('faults', { epoch, seed, ...inForce, ...told });
    this.#parts.onChange(after, kind, text);
  }

  /** Those that the relay has forgotten too: peers are not forgotten. */
  #clientsNamedIn(faults: Faults): string[] {
    const { roster } = this.#parts;
    if (roster.size === 0) return [];
    return [...idsNamedIn(faults)].filter((id) => roster.get(id)?.isEphemeral !== false);
  }

  #partitionOf(request: PartitionRequest | null, place = '/shape'): Partition | null {
    if (request === null) return null;
    const { roster, leader } = this.#parts;
    const { seed, epoch } = this.#faults;
    const known = roster.sorted().flatMap(({ id, isEphemeral }) => (isEphemeral ? [] : [id]));
    const voters: ReadonlySet<string> = new Set(accountOfMembers(leader(), roster)?.voters ?? known);
    const peers = known.filter((id) => voters.has(id));
    const others = known.filter((id) => !voters.has(id));
    return partitionOf(request, { peers, others, leader: leader(), seed, epoch, place });
  }

  /** Where endpoints speak another protocol than Raft, any type of message may be meant: those that these rules name. */
  #typesOfOthers(rules: Iterable<unknown>): ReadonlySet<string> {
    const isRaft = [...this.#parts.roster].every(({ application }) => application === RAFT_APPLICATION);
    const all = new Set<string>();
    if (isRaft) return all;
    for (const rule of rules) {
      const types = (rule as { readonly types?: unknown } | null)?.types;
      if (!Array.isArray(types)) continue;
      for (const type of types.slice(0, TYPES_MAX)) if (typeof type === 'string') all.add(type);
    }
    return all;
  }

  #userRules(): Map<string, Rule> {
    const { rules } = this.#faults;
    return new Map(rules.filter(({ ofProfile }) => !ofProfile).map(({ name, source }) => [name, source]));
  }

  /** @param ofProfile undefined: the user's, or else the profile's */
  #rule(name: string, ofProfile?: boolean): RuleInForce {
    // The user's come last, and a profile's may have the same name.
    const rule = this.#faults.rules.findLast(
      (candidate) => candidate.name === name && (ofProfile === undefined || candidate.ofProfile === ofProfile),
    );
    if (rule === undefined) throw this.#unknownRule(name);
    return rule;
  }

  #unknownRule(name: string): WhitewaterError {
    const known = this.#faults.rules.map((rule) => (rule.ofProfile ? `${rule.name} (of the profile)` : rule.name));
    const message = `no rule of ${this.#parts.clusterId} is called ${name}; in force are ${known.join(', ') || 'none'}`;
    return new WhitewaterError('RULE_UNKNOWN', message, {
      details: { known: this.#faults.rules.map((rule) => rule.name) },
    });
  }

  #setTimer(): void {
    clearTimeout(this.#timer);
    const partitionEndsAtMs = this.#faults.partition?.endsAtMs ?? Infinity;
    this.#expiresAtMs = Math.min(nextExpiryMs(this.#faults) ?? Infinity, partitionEndsAtMs);
    if (this.#expiresAtMs === Infinity) return;
    const onTimer = (): void => {
      this.at(this.#nowMs());
      this.#setTimer();
    };
    this.#timer = setTimeout(onTimer, timerMs(this.#expiresAtMs, this.#nowMs())).unref();
  }
}

/** With nobody to place, `wan` would be a network without faults, and would stay one when the peers come. */
function refuseUnplaced(profile: Profile | undefined, peers: number): void {
  if (profile?.name !== 'wan' || profile.regions !== undefined || peers > 0) return;
  throw invalid('/profile/regions', 'missing, and no peer is known yet that could be placed', 'who will be where');
}
