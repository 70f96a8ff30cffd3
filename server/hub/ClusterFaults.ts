import { nanoid } from 'nanoid';
import { WhitewaterError } from '../../shared/errors.ts';
import type { LiveEvent } from '../../shared/http/Live.ts';
import type { NetworkRequest, NetworkView, Orphans, Profile } from '../../shared/http/Network.ts';
import type { Partition, PartitionRequest } from '../../shared/http/Partition.ts';
import type { Rule } from '../../shared/http/Rule.ts';
import {
  changeFaults,
  expiredRules,
  nextExpiryMs,
  noFaults,
  type Faults,
  type FaultsChange,
} from '../faults/Faults.ts';
import { acceptDelayMs, crossesPartition, shuffled } from '../faults/judge.ts';
import type { RuleInForce } from '../faults/RuleInForce.ts';
import { partitionOf } from '../faults/shapes.ts';
import type { Journal } from '../journal/Journal.ts';
import type { DelayedFrame, DelayedFrames } from './DelayedFrames.ts';
import { RAFT_APPLICATION, type Endpoint } from './Endpoint.ts';
import { networkView, ruleView } from './networkView.ts';
import { cutsInFlight } from './FrameCarrier.ts';
import type { HubServices } from './HubServices.ts';
import type { Roster } from './Roster.ts';
import type { WaitingCopy } from '../faults/FrameQueue.ts';
import type { DropCause } from '../../shared/http/Traffic.ts';

export interface ClusterFaultsParts {
  readonly clusterId: string;
  readonly services: HubServices;
  readonly roster: Roster;
  readonly journal: Journal;
  readonly leader: () => string | null;
  readonly delayed: () => DelayedFrames;
  readonly lose: (frame: DelayedFrame, cause: DropCause, waitedMs: number) => void;
  readonly onChange: (faults: Faults, kind: LiveEvent['kind'], text: string) => void;
}

/** How a change is to be made. */
export interface ChangeOptions {
  /** What becomes of frames that rules delay or hold which are not there afterwards; see `#settleOrphans`. */
  readonly frames?: Orphans;
  /** Only if the faults in force are still of this epoch. */
  readonly epoch?: number;
}

const TIMER_MS_MAX = 2 ** 31 - 1;

/**
 * The faults in force in one cluster, and every way to change them. Each change is one step: it is checked as a whole, makes the
 * next epoch, settles what becomes of frames that wait, and is told.
 *
 * Methods that change something throw a WhitewaterError, having changed nothing: RULE_INVALID, PROFILE_UNKNOWN,
 * PARTITION_OVERLAPS, PARTITION_SHAPE_UNKNOWN, PEER_UNKNOWN, NO_LEADER, RULE_UNKNOWN, EPOCH_DIFFERS.
 */
export class ClusterFaults {
  readonly #parts: ClusterFaultsParts;
  #faults: Faults;
  #expiresAtMs = Infinity;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: ClusterFaultsParts) {
    this.#parts = parts;
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
    const nowMs = this.#nowMs();
    this.at(nowMs);
    return ruleView(this.#rule(name), nowMs);
  }

  setPartition(request: PartitionRequest | null, options: ChangeOptions = {}): void {
    if (request === null && this.partition === null) return;
    const partition = this.#partitionOf(request);
    if (partition === null) this.#change({ partition }, options, 'healed', 'the partition is healed');
    else this.#change({ partition }, options, 'partitioned', `partitioned: ${textOf(partition)}`);
  }

  putRule(name: string, rule: Rule, options: ChangeOptions = {}): void {
    const rules = this.#userRules();
    const verb = rules.has(name) ? 'changed' : 'in force';
    this.#change({ rules: rules.set(name, rule) }, options, 'faultsChanged', `the rule ${name} is ${verb}`);
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
  apply({ rules = {}, partition = null, profile, seed }: NetworkRequest, options: ChangeOptions = {}): void {
    const change: FaultsChange = {
      rules: new Map(Object.entries(rules)),
      partition: this.#partitionOf(partition),
      profile: profile ?? { name: 'reliable' },
      ...(seed === undefined ? {} : { seed }),
    };
    this.#change(change, options, 'faultsChanged', 'the network is another');
  }

  /** No partition, no rules, a reliable network; what waits comes at once. */
  heal(options: ChangeOptions = {}): void {
    const { partition, rules, profile } = this.#faults;
    const isWhole = partition === undefined && rules.length === 0 && profile.source.name === 'reliable';
    if (isWhole && options.epoch === undefined) return;
    const change = { partition: null, rules: new Map(), profile: { name: 'reliable' } };
    this.#change(change, options, 'healed', 'the network is healed');
  }

  /**
   * Lets go what a rule holds; the rule stays, and holds what comes.
   * @returns how many frames
   */
  release(
    name: string,
    { order = 'inOrder', first = Infinity }: { order?: 'inOrder' | 'shuffled'; first?: number },
  ): number {
    const rule = this.#rule(name);
    const { queue } = this.#parts.delayed();
    const arranged = order === 'shuffled' ? this.#shuffle('release') : undefined;
    const released = queue.release(rule, this.#nowMs(), first, arranged);
    this.#parts.delayed().changed();
    return released;
  }

  /** How much later a new connection of that endpoint is to be answered. */
  acceptDelayMs(endpoint: Pick<Endpoint, 'id' | 'isClient' | 'role'>, connectionNumber: number): number {
    const nowMs = this.#nowMs();
    return acceptDelayMs(endpoint, connectionNumber, this.at(nowMs), nowMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #nowMs(): number {
    return this.#parts.services.clock();
  }

  #change(change: FaultsChange, options: ChangeOptions, kind: LiveEvent['kind'], text: string): void {
    const nowMs = this.#nowMs();
    const before = this.at(nowMs);
    if (options.epoch !== undefined && options.epoch !== before.epoch) {
      const message = `the faults in force are of epoch ${before.epoch}, not ${options.epoch}: look at them again; nothing was changed`;
      throw new WhitewaterError('EPOCH_DIFFERS', message, { details: { epoch: before.epoch } });
    }
    const { roster } = this.#parts;
    const peers = roster.sorted().filter(({ isEphemeral }) => !isEphemeral);
    const context = { nowMs, peers: peers.map(({ id }) => id), endpoints: roster.ids() };
    const after = changeFaults(before, change, { ...context, extraTypes: this.#typesOfOthers(change) });
    this.#putInForce(after, nowMs, options.frames, kind, text);
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
    this.#putInForce(after, nowMs, undefined, 'faultsChanged', `the time of ${what.join(', ')} is over`);
  }

  #putInForce(after: Faults, nowMs: number, frames: Orphans | undefined, kind: LiveEvent['kind'], text: string): void {
    const before = this.#faults;
    this.#faults = after;
    this.#settleOrphans(before, after, frames, nowMs);
    if (after.partition !== before.partition && cutsInFlight(after)) this.#loseCrossing(after, nowMs);
    this.#parts.delayed().changed();
    this.#setTimer();
    const { epoch, seed, profile } = after;
    const rules = Object.fromEntries(this.#userRules());
    this.#parts.journal.event('faults', {
      epoch,
      seed,
      profile: profile.source,
      partition: this.partition,
      rules,
      text,
    });
    this.#parts.onChange(after, kind, text);
  }

  /**
   * What becomes of frames that a rule delays or holds which is not in force any more. Told nothing, frames of one that is gone come
   * at once, in order; and those of one that was replaced stay as they are, if the other one holds too.
   */
  #settleOrphans(before: Faults, after: Faults, frames: Orphans | undefined, nowMs: number): void {
    const { queue } = this.#parts.delayed();
    if (queue.delayedCount + queue.heldCount === 0) return;
    const inForce = new Set(after.rules);
    for (const rule of before.rules) {
      if (inForce.has(rule)) continue;
      const heir = after.rules.find(({ name }) => name === rule.name);
      if (heir?.source.hold === true && (frames === undefined || frames === 'keep')) queue.handOver(rule, heir);
      this.#settle(rule, frames ?? (heir === undefined ? 'release' : 'keep'), nowMs);
    }
  }

  #settle(rule: RuleInForce, frames: Orphans, nowMs: number): void {
    const { queue } = this.#parts.delayed();
    if (frames === 'drop') {
      const isDelayed = ({ copy }: WaitingCopy<DelayedFrame>): boolean => copy.delayedBy.some((by) => by.rule === rule);
      this.#lose([...queue.takeHeld(rule), ...queue.takeDelayed(isDelayed)], 'removed', nowMs);
      return;
    }
    const arranged = frames === 'shuffle' ? this.#shuffle(rule.name) : undefined;
    queue.release(rule, nowMs, Infinity, arranged);
    if (frames !== 'keep') queue.withoutDelayOf(rule, nowMs, arranged);
  }

  #loseCrossing(faults: Faults, nowMs: number): void {
    const crossing = this.#parts.delayed().queue.takeDelayed(({ link }) => crossesPartition(link, faults, nowMs));
    this.#lose(crossing, 'partition', nowMs);
  }

  #lose(copies: readonly WaitingCopy<DelayedFrame>[], cause: DropCause, nowMs: number): void {
    for (const { payload, sinceMs } of copies) this.#parts.lose(payload, cause, nowMs - sinceMs);
  }

  #shuffle(stream: string): (frames: WaitingCopy<DelayedFrame>[]) => WaitingCopy<DelayedFrame>[] {
    return (frames) => shuffled(frames, this.#faults, `${stream}/${this.#faults.epoch}`);
  }

  #partitionOf(request: PartitionRequest | null): Partition | null {
    if (request === null) return null;
    const { roster, leader } = this.#parts;
    const { seed, epoch } = this.#faults;
    const peers = roster.sorted().filter(({ isEphemeral }) => !isEphemeral);
    return partitionOf(request, { peers: peers.map(({ id }) => id), leader: leader(), seed, epoch });
  }

  /** Where endpoints speak another protocol than Raft, any type of message may be meant. */
  #typesOfOthers({ rules = new Map(), profile }: FaultsChange): readonly string[] | undefined {
    const isRaft = [...this.#parts.roster].every(({ application }) => application === RAFT_APPLICATION);
    if (isRaft) return undefined;
    return [...rules.values(), ...Object.values(profile?.rules ?? {})].flatMap(({ types = [] }) => types);
  }

  #userRules(): Map<string, Rule> {
    const { rules } = this.#faults;
    return new Map(rules.filter(({ ofProfile }) => !ofProfile).map(({ name, source }) => [name, source]));
  }

  #rule(name: string): RuleInForce {
    // The user's come last, and a profile's may have the same name.
    const rule = this.#faults.rules.findLast((candidate) => candidate.name === name);
    if (rule === undefined) throw this.#unknownRule(name);
    return rule;
  }

  #unknownRule(name: string): WhitewaterError {
    const known = this.#faults.rules.map((rule) => rule.name);
    const message = `no rule of ${this.#parts.clusterId} is called ${name}; in force are ${known.join(', ') || 'none'}`;
    return new WhitewaterError('RULE_UNKNOWN', message, { details: { known } });
  }

  #setTimer(): void {
    clearTimeout(this.#timer);
    const partitionEndsAtMs = this.#faults.partition?.endsAtMs ?? Infinity;
    this.#expiresAtMs = Math.min(nextExpiryMs(this.#faults) ?? Infinity, partitionEndsAtMs);
    if (this.#expiresAtMs === Infinity) return;
    const inMs = Math.min(Math.max(1, Math.ceil(this.#expiresAtMs - this.#nowMs())), TIMER_MS_MAX);
    this.#timer = setTimeout(() => {
      this.at(this.#nowMs());
      this.#setTimer();
    }, inMs).unref();
  }
}

function textOf({ shape, groups, cuts = [] }: Partition): string {
  const parts = [
    groups.map((group) => group.join(', ')).join(' | '),
    cuts.map(([from, to]) => `${from} to ${to}`).join(', '),
  ].filter((part) => part !== '');
  return `${shape === undefined ? '' : `${shape}: `}${parts.join('; cut: ')}`;
}
