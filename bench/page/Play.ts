import { RELAY_ADDRESS } from '../../shared/envelope.ts';
import type { PeerId } from '../../shared/ids.ts';
import type { Status } from '../../shared/messages/Status.ts';
import { TERM_RUNS_MAX } from '../../shared/messages/Status.ts';
import type { Puppet } from './Puppet.ts';

/** Every so many exchanges bring an entry; the others are heartbeats. */
const ENTRY_EVERY = 10;

/** A cluster as the puppets play it: one leads, the log grows, and now and then another is elected. */
export class Play {
  readonly #puppets: readonly Puppet[];
  #leader = 0;
  #term = 1;
  #lastIndex = 0;
  #runs: { readonly term: number; readonly firstIndex: number }[] = [{ term: 1, firstIndex: 1 }];
  #exchanges = 0;
  readonly #beganMs = performance.now();

  constructor(puppets: readonly Puppet[]) {
    this.#puppets = puppets;
  }

  /** The leader says something to the next follower, which answers. */
  exchange(): void {
    const { leader, followers } = this.#cast();
    const follower = followers[this.#exchanges % followers.length];
    if (follower === undefined) return;
    this.#exchanges += 1;
    const hasEntry = this.#exchanges % ENTRY_EVERY === 0;
    const [term, prevLogIndex] = [this.#term, this.#lastIndex];
    if (hasEntry) this.#lastIndex += 1;
    const entries = hasEntry ? [{ term, command: { type: 'put', key: 'k', value: `v${this.#lastIndex}` } }] : [];
    const head = { term, prevLogIndex, prevLogTerm: term, leaderCommit: Math.max(0, prevLogIndex - 3) };
    const id = leader.send(follower.id, 'AppendEntries', { ...head, entries, round: this.#exchanges });
    const body = { term, success: true, inReplyTo: id, matchIndex: this.#lastIndex };
    follower.send(leader.id, 'AppendEntriesReply', body);
  }

  tellStatuses(): void {
    for (const puppet of this.#puppets) {
      puppet.send(RELAY_ADDRESS, 'Status', this.#statusOf(puppet.id));
    }
  }

  /** The next one leads the next term. */
  elect(): void {
    this.#leader = (this.#leader + 1) % this.#puppets.length;
    this.#term += 1;
    this.#runs = [...this.#runs, { term: this.#term, firstIndex: this.#lastIndex + 1 }].slice(-TERM_RUNS_MAX);
    this.#lastIndex += 1;
    const { leader, followers } = this.#cast();
    const body = { term: this.#term, lastLogIndex: this.#lastIndex, lastLogTerm: this.#term - 1 };
    for (const follower of followers) {
      const id = leader.send(follower.id, 'RequestVote', body);
      follower.send(leader.id, 'RequestVoteReply', { term: this.#term, voteGranted: true, inReplyTo: id });
    }
    this.tellStatuses();
  }

  #cast(): { readonly leader: Puppet; readonly followers: readonly Puppet[] } {
    const leader = this.#puppets[this.#leader];
    if (leader === undefined) throw new Error('somebody has to lead');
    return { leader, followers: this.#puppets.filter((puppet) => puppet !== leader) };
  }

  #statusOf(id: PeerId): Status {
    const { leader, followers } = this.#cast();
    const isLeader = leader.id === id;
    const commitIndex = Math.max(0, this.#lastIndex - 3);
    return {
      ...{ role: isLeader ? 'leader' : 'follower', term: this.#term, votedFor: leader.id, leader: leader.id },
      ...{ lastLogIndex: this.#lastIndex, lastLogTerm: this.#term, terms: this.#runs },
      ...{ commitIndex, lastApplied: commitIndex, firstLogIndex: 1, durableIndex: this.#lastIndex, snapshotIndex: 0 },
      disk: { unsyncedEntries: 0, writingMs: 0, lastWriteMs: 1 },
      ...{ voters: this.#puppets.map((puppet) => puppet.id), votersOutgoing: [], learners: [], configurationIndex: 0 },
      ...(isLeader ? leadership(followers, this.#lastIndex) : FOLLOWING),
      ...{ heartbeatMs: 100, electionTimeoutMsMin: 250, electionTimeoutMsMax: 400, preVote: true, checkQuorum: true },
      ...{ canCommit: isLeader, storage: 'disk', uptimeMs: Math.round(performance.now() - this.#beganMs) },
    };
  }
}

const FOLLOWING = {
  electionTimer: { timeoutMs: 330, remainingMs: 310, reason: 'heardFromLeader' },
  leaderHeardMsAgo: 20,
} as const satisfies Partial<Status>;

function leadership(followers: readonly Puppet[], lastIndex: number): Pick<Status, 'progress' | 'commits'> {
  return {
    commits: { count: 100, p50Ms: 3, p99Ms: 12 },
    progress: followers.map(({ id: peer }, at) => ({
      ...{ peer, mode: 'replicate', heardMsAgo: 10 },
      ...{ nextIndex: lastIndex + 1, matchIndex: Math.max(0, lastIndex - (at % 4)) },
    })),
  };
}
