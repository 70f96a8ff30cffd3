import { WhitewaterError } from '../shared/errors.ts';
import type { ClusterView } from '../shared/http/ClusterView.ts';
import type { JournalLine } from '../shared/http/Journal.ts';
import type { NetworkView, ProfileName, RuleView } from '../shared/http/Network.ts';
import type { PARTITION_SHAPES } from '../shared/http/Partition.ts';
import type { GivenNetwork, GivenPartition, GivenProfile, GivenRule } from './Given.ts';
import type { JournalOptions } from './JournalOptions.ts';
import type { ChangeOptions, NetworkClient, ReleaseOptions } from './NetworkClient.ts';
import type { RelayClient } from './RelayClient.ts';
import { type UntilOptions, untilView, type ViewCondition } from './untilView.ts';

type Ends = string | readonly string[];
type Faults = Omit<GivenRule, 'from' | 'to'>;

/** The name of a shape, with the id that some of them take: `ring`, `isolate:p1`. */
export type ShapeName =
  Exclude<(typeof PARTITION_SHAPES)[number], `${string}:ID`> | `${'isolate' | 'bridge' | 'one-way'}:${string}`;

/** A partition: a shape, groups of endpoints that hear each other, or more exactly. */
export type GivenParts = ShapeName | readonly (readonly string[])[] | GivenPartition;

/** All faults of a network. */
export type WholeNetwork = Omit<GivenNetwork, 'partition' | 'profile'> & {
  readonly partition?: GivenParts | null;
  /** By its name, or with more. */
  readonly profile?: ProfileName | GivenProfile;
};

/** How a partition is put in force, beside its groups or shape. */
export interface PartitionOptions extends ChangeOptions {
  /** What becomes of frames on their way across. Default: `cut`. */
  readonly inFlight?: 'cut' | 'delivered';
  /** `swizzle`: between two steps. Default 500. */
  readonly stepMs?: number;
}

/**
 * The network of one cluster, for tests of whatever talks through it: cut it, wait, look, heal it.
 * Everything rejects with a WhitewaterError and then has changed nothing.
 */
export class Network {
  readonly #relay: RelayClient;
  readonly #client: NetworkClient;
  readonly cluster: string;

  constructor(relay: RelayClient, cluster: string) {
    this.#relay = relay;
    this.#client = relay.network(cluster);
    this.cluster = cluster;
  }

  /**
   * Cuts the network, in place of the partition before.
   * @param parts groups of endpoints; or a shape such as `ring` or `isolate:p1`; or `{ cuts: [[from, to], ...] }`
   * @throws {WhitewaterError} PARTITION_OVERLAPS, PEER_UNKNOWN, REQUEST_INVALID, CLUSTER_UNKNOWN
   */
  partition(parts: GivenParts, { frames, epoch, ...options }: PartitionOptions = {}): Promise<ClusterView> {
    return this.#client.setPartition({ ...partitionOf(parts), ...options }, changeOf(frames, epoch));
  }

  /** Each of these alone: nobody hears it, and it hears nobody. In place of the partition before. */
  isolate(...ids: readonly string[]): Promise<ClusterView> {
    return this.partition(ids.map((id) => [id]));
  }

  /** Ends the partition; rules and profile stay in force. */
  reconnect(options: ChangeOptions = {}): Promise<ClusterView> {
    return this.#client.clearPartition(options);
  }

  /**
   * Faults on the frames from some endpoints to others, by an id, a list of ids, or a word such as `leader` or `*`.
   * @returns the rule, whose name is `FROM-TO` unless told otherwise
   */
  link(
    from: Ends,
    to: Ends,
    faults: Faults,
    { name = linkName(from, to), ...options }: ChangeOptions & { readonly name?: string } = {},
  ): Promise<RuleView> {
    return this.rule(name, { from, to, ...faults }, options);
  }

  /** Puts a rule in force, in place of one of that name. */
  rule(name: string, rule: GivenRule, options: ChangeOptions = {}): Promise<RuleView> {
    return this.#client.setRule(name, rule, options);
  }

  /** @throws {WhitewaterError} RULE_UNKNOWN */
  removeRule(name: string, options: ChangeOptions = {}): Promise<NetworkView> {
    return this.#client.removeRule(name, options);
  }

  /** The rules in force and how often each struck. */
  async rules(): Promise<readonly RuleView[]> {
    return (await this.#client.rules()).rules;
  }

  /** Everything at once, in one step; what is left out is not in force afterwards, but for the seed, which stays. */
  apply({ partition, profile, ...request }: WholeNetwork, options: ChangeOptions = {}): Promise<NetworkView> {
    const given = {
      ...request,
      ...(partition === undefined ? {} : { partition: partition === null ? null : partitionOf(partition) }),
      ...(profile === undefined ? {} : { profile: typeof profile === 'string' ? { name: profile } : profile }),
    };
    return this.#client.apply(given, options);
  }

  /** A named network such as `wan` or `labrpc-unreliable`, or by `rules` one of your own. */
  profile(
    name: string,
    { frames, epoch, ...profile }: Omit<GivenProfile, 'name'> & ChangeOptions = {},
  ): Promise<NetworkView> {
    return this.#client.setProfile({ name, ...profile }, changeOf(frames, epoch));
  }

  /** Holds frames back until `release`. @returns the rule, whose name `release` takes */
  hold(from: Ends, to: Ends, options: Faults & ChangeOptions & { readonly name?: string } = {}): Promise<RuleView> {
    const { name = `hold-${linkName(from, to)}`, frames, epoch, ...faults } = options;
    return this.link(from, to, { ...faults, hold: true }, { name, ...changeOf(frames, epoch) });
  }

  /** Lets held frames go; the rule goes on holding what comes. @returns how many went */
  release(name: string, options: ReleaseOptions = {}): Promise<number> {
    return this.#client.release(name, options);
  }

  /** Cuts an endpoint's socket; with `forMs` its next ones are refused for so long. */
  disconnect(id: string, options: { readonly forMs?: number } = {}): Promise<ClusterView> {
    return this.#relay.disconnect(this.cluster, id, options);
  }

  /** Asks a peer to take its election timer for run out. @throws {WhitewaterError} PEER_UNKNOWN, PEER_NOT_CONNECTED, OVERLOADED */
  timeOut(id: string): Promise<ClusterView> {
    return this.#relay.timeOut(this.cluster, id);
  }

  /** What the fates of frames are drawn from; begins the counters of all links anew. */
  seed(seed: string | number, options: ChangeOptions = {}): Promise<NetworkView> {
    return this.#client.setSeed(String(seed), options);
  }

  /** No partition, no rules, profile `reliable`, nobody refused. */
  heal(options: ChangeOptions = {}): Promise<ClusterView> {
    return this.#relay.heal(this.cluster, options);
  }

  /** Each frame's fate with its cause, each change of the faults, connections and statuses; the oldest first. */
  journal(options: JournalOptions = {}): AsyncGenerator<JournalLine, void, undefined> {
    return this.#client.journal(options);
  }

  /** The faults in force. */
  faults(): Promise<NetworkView> {
    return this.#client.view();
  }

  /** The cluster as the relay sees it. @throws {WhitewaterError} CLUSTER_UNKNOWN before its first endpoint connected */
  view(): Promise<ClusterView> {
    return this.#relay.cluster(this.cluster);
  }

  /** Who says that it leads, in the highest term; null if nobody does. Of peers that report a status as Whitewater's do. */
  async leader(): Promise<string | null> {
    return (await this.view()).leader;
  }

  /**
   * Waits until the condition is true of the newest view of the cluster.
   * @param condition true is what is waited for; a text says why not yet, and stands in the error
   * @throws {WhitewaterError} TIMED_OUT, saying what was seen last; what the condition itself throws
   */
  until(condition: ViewCondition, options: UntilOptions = {}): Promise<ClusterView> {
    const source = {
      look: () => this.#look(),
      live: (signal: AbortSignal) => this.#relay.live(this.cluster, signal),
    };
    return untilView(source, condition, options);
  }

  /** A cluster begins with its first endpoint, and a test may well wait for that one. */
  async #look(): Promise<ClusterView | undefined> {
    try {
      return await this.view();
    } catch (error) {
      if (!(error instanceof WhitewaterError) || error.code !== 'CLUSTER_UNKNOWN') throw error;
      return undefined;
    }
  }
}

function partitionOf(parts: GivenParts): GivenPartition {
  if (typeof parts === 'string') return { shape: parts };
  return isGroups(parts) ? { groups: parts } : parts;
}

function isGroups(parts: readonly (readonly string[])[] | GivenPartition): parts is readonly (readonly string[])[] {
  return Array.isArray(parts);
}

/** A name that the relay takes: it begins with a letter, and the words for everybody and for several have other letters. */
export function linkName(from: Ends, to: Ends): string {
  const [one = '', other = ''] = [from, to].map((ends) =>
    (typeof ends === 'string' ? ends : ends.join('.')).replaceAll('*', 'all'),
  );
  const begun = /^[A-Za-z]/.test(one) ? one : `link-${one}`;
  const name = `${begun}-${other}`;
  const isPlain = name.length <= NAME_LENGTH_MAX && !one.includes('-') && !other.includes('-');
  if (isPlain) return name;
  // a-b to c is another link than a to b-c, and long ids may differ at their ends only.
  const mark = `.${fingerprint(`${one} ${other}`)}`;
  return `${name.slice(0, NAME_LENGTH_MAX - mark.length)}${mark}`;
}

const NAME_LENGTH_MAX = 64;

/** Six letters that two texts hardly ever share (FNV-1a, 32 bits). */
function fingerprint(text: string): string {
  let hash = 0x81_1c_9d_c5;
  for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01_00_01_93) >>> 0;
  return hash.toString(36).padStart(7, '0').slice(-6);
}

function changeOf(frames: ChangeOptions['frames'], epoch: ChangeOptions['epoch']): ChangeOptions {
  return { ...(frames === undefined ? {} : { frames }), ...(epoch === undefined ? {} : { epoch }) };
}
