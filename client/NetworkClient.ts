import type { ClusterView } from '../shared/http/ClusterView.ts';
import type { JournalLine } from '../shared/http/Journal.ts';
import type { NetworkView, Orphans, Profile, RuleView } from '../shared/http/Network.ts';
import { isClusterView, isNetworkView, isProfileAnswer, isReleased, isRuleList, isRuleView } from './answers.ts';
import type { GivenNetwork, GivenPartition, GivenProfile, GivenRule } from './Given.ts';
import type { JournalOptions } from './JournalOptions.ts';
import { pathOf, queryOf } from './keyPaths.ts';
import { readJournal } from './readJournal.ts';
import type { RelayHttp, RequestOptions } from './RelayHttp.ts';

/** Which of a rule's held frames are let go, and how. */
export interface ReleaseOptions {
  readonly order?: 'inOrder' | 'shuffled';
  /** The oldest so many only. */
  readonly first?: number;
  /** Whether the profile's rule of that name is meant. Default: yours, or else the profile's. */
  readonly ofProfile?: boolean;
}

/** How a change of the faults is to be made. */
export interface ChangeOptions {
  /** What becomes of frames that a rule delays or holds, when it goes: `release` unless told otherwise. */
  readonly frames?: Orphans;
  /** Only if the faults in force are still of this epoch, as `view` told it; EPOCH_DIFFERS otherwise. */
  readonly epoch?: number;
}

export interface RuleList {
  readonly epoch: number;
  readonly rules: readonly RuleView[];
}

/**
 * The faults of one cluster, over HTTP; `RelayClient.network` gives it. Every change is one step: it is in force as a whole
 * or, when it is refused, not at all. Methods reject with a WhitewaterError: REQUEST_INVALID with the place and the legal values,
 * PEER_UNKNOWN, CLUSTER_UNKNOWN, EPOCH_DIFFERS, RELAY_UNREACHABLE.
 */
export class NetworkClient {
  readonly #http: RelayHttp;
  readonly #path: string;
  readonly cluster: string;

  constructor(http: RelayHttp, cluster: string) {
    this.#http = http;
    this.#path = pathOf(cluster);
    this.cluster = cluster;
  }

  view(): Promise<NetworkView> {
    return this.#request('GET', 'network', isNetworkView);
  }

  /** Everything at once; what is left out is not in force afterwards. */
  apply(request: GivenNetwork, options: ChangeOptions = {}): Promise<NetworkView> {
    return this.#request('PUT', `network${changeQuery(options)}`, isNetworkView, { body: request });
  }

  /** By groups, directed cuts, or the name of a shape; in place of the partition before. @throws PARTITION_OVERLAPS too */
  setPartition(request: GivenPartition, options: ChangeOptions = {}): Promise<ClusterView> {
    return this.#request('PUT', `partition${changeQuery(options)}`, isClusterView, { body: request });
  }

  clearPartition(options: ChangeOptions = {}): Promise<ClusterView> {
    return this.#request('DELETE', `partition${changeQuery(options)}`, isClusterView);
  }

  rules(): Promise<RuleList> {
    return this.#request('GET', 'rules', isRuleList);
  }

  /** These and no others, in one step; those of the profile stay. */
  setRules(rules: Readonly<Record<string, GivenRule>>, options: ChangeOptions = {}): Promise<NetworkView> {
    return this.#request('PUT', `rules${changeQuery(options)}`, isNetworkView, { body: { rules } });
  }

  clearRules(options: ChangeOptions = {}): Promise<NetworkView> {
    return this.#request('DELETE', `rules${changeQuery(options)}`, isNetworkView);
  }

  /** @throws {WhitewaterError} RULE_UNKNOWN too */
  rule(name: string): Promise<RuleView> {
    return this.#request('GET', rulePath(name), isRuleView);
  }

  /** Puts a rule in force, in place of one of that name. */
  setRule(name: string, rule: GivenRule, options: ChangeOptions = {}): Promise<RuleView> {
    return this.#request('PUT', `${rulePath(name)}${changeQuery(options)}`, isRuleView, { body: rule });
  }

  /** @throws {WhitewaterError} RULE_UNKNOWN too */
  removeRule(name: string, options: ChangeOptions = {}): Promise<NetworkView> {
    return this.#request('DELETE', `${rulePath(name)}${changeQuery(options)}`, isNetworkView);
  }

  /**
   * Lets frames go that a rule holds; the rule stays, and holds what comes.
   * @param options how many, the oldest ones: all, unless told otherwise; and in what order
   * @returns how many went
   */
  async release(name: string, options: ReleaseOptions = {}): Promise<number> {
    const path = `${rulePath(name)}/release`;
    const { released } = await this.#request<{ released: number }>('POST', path, isReleased, { body: options });
    return released;
  }

  async profile(): Promise<Profile> {
    return (await this.#request<{ profile: Profile }>('GET', 'profile', isProfileAnswer)).profile;
  }

  /** In place of the one before; rules of the user stay. */
  setProfile(profile: GivenProfile, options: ChangeOptions = {}): Promise<NetworkView> {
    return this.#request('PUT', `profile${changeQuery(options)}`, isNetworkView, { body: profile });
  }

  /** What the fates are drawn from; begins all counters of links anew. */
  setSeed(seed: string, options: ChangeOptions = {}): Promise<NetworkView> {
    return this.#request('PUT', `seed${changeQuery(options)}`, isNetworkView, { body: { seed } });
  }

  /** What happened, the oldest first; see `JournalOptions`. */
  journal(options: JournalOptions = {}): AsyncGenerator<JournalLine, void, undefined> {
    return readJournal(this.#http, this.cluster, options);
  }

  #request<Answer>(
    method: string,
    path: string,
    isAnswer: (answer: unknown) => boolean,
    options: RequestOptions = {},
  ): Promise<Answer> {
    return this.#http.request(method, `${this.#path}/${path}`, isAnswer, options);
  }
}

function rulePath(name: string): string {
  return `rules/${encodeURIComponent(name)}`;
}

/** @returns what stands behind the path of a change, with its question mark; nothing without options */
export function changeQuery({ frames, epoch }: ChangeOptions): string {
  return queryOf({ frames, epoch });
}
