import type { Frame } from '../../shared/envelope.ts';
import type { Status } from '../../shared/messages/Status.ts';
import type { AppendEntries } from '../../shared/messages/AppendEntries.ts';
import type { RequestVote } from '../../shared/messages/RequestVote.ts';
import type { RequestVoteReply } from '../../shared/messages/RequestVoteReply.ts';
import type { TraceRecord } from '../../shared/trace.ts';

/**
 * Election Safety over whatever can be seen of a cluster (paper, Figure 3): in one term at most one peer leads, and
 * each peer votes for at most one candidate, itself included, however often it was killed and started again. And no peer
 * forgets a term that it has told.
 *
 * A vote counts here when others could know of it. What a peer wrote into its trace and not onto its disk before it was
 * killed bound nobody, so traces are no evidence of votes: frames and statuses are.
 */
export class ElectionLedger {
  /** By term; then by peer, where it was first seen. */
  readonly #leaders = new Map<number, Map<string, string>>();
  /** By term and voter; then by candidate, where it was first seen. */
  readonly #votes = new Map<string, Map<string, string>>();
  /** By peer, the term of its newest Status frame. */
  readonly #termTold = new Map<string, number>();
  readonly #termsFallen: string[] = [];

  /** A frame that left an endpoint. Those of one endpoint come in the order in which they left. */
  readFrame({ type, from, to, body }: Frame): void {
    if (type === 'RequestVote') {
      const { term } = body as RequestVote;
      this.#sawVote(from, term, from, `a RequestVote of ${from}`);
    } else if (type === 'RequestVoteReply') {
      const { voteGranted, requestTerm } = body as RequestVoteReply;
      if (voteGranted) this.#sawVote(from, requestTerm, to, `a vote of ${from} to ${to}`);
    } else if (type === 'AppendEntries') {
      this.#sawLeader(from, (body as AppendEntries).term, `an AppendEntries of ${from}`);
    } else if (type === 'Status') {
      const status = body as Status;
      this.readStatus(from, status);
      this.#toldTerm(from, status.term);
    }
  }

  /** What a peer said of itself, in a `Status` or in an answer of the relay. */
  readStatus(peer: string, { role, term, votedFor }: Pick<Status, 'role' | 'term' | 'votedFor'>): void {
    if (votedFor !== null) this.#sawVote(peer, term, votedFor, `a status of ${peer}`);
    if (role === 'leader') this.#sawLeader(peer, term, `a status of ${peer}`);
  }

  /** A line of a peer's trace. */
  readTrace({ node, event, term, details }: TraceRecord): void {
    if (event === 'roleChanged' && details?.['to'] === 'leader' && term !== undefined) {
      this.#sawLeader(node, term, `the trace of ${node}`);
    }
  }

  /** Every term that had a leader, the lowest first. */
  get termsLed(): number[] {
    return [...this.#leaders.keys()].sort((a, b) => a - b);
  }

  /** How many votes were seen, of how many peers and terms ever. */
  get votesSeen(): number {
    return this.#votes.size;
  }

  /** One sentence for each breach; none when all is well. */
  violations(): string[] {
    const found = [...this.#termsFallen];
    for (const [term, leaders] of this.#leaders) {
      if (leaders.size > 1) found.push(`term ${term} had ${leaders.size} leaders: ${describe(leaders)}`);
    }
    for (const [voterAndTerm, candidates] of this.#votes) {
      if (candidates.size > 1) found.push(`${voterAndTerm} voted ${candidates.size} times: ${describe(candidates)}`);
    }
    return found;
  }

  #toldTerm(peer: string, term: number): void {
    const before = this.#termTold.get(peer) ?? 0;
    if (term < before) this.#termsFallen.push(`${peer} told term ${before} and then ${term}`);
    this.#termTold.set(peer, term);
  }

  #sawLeader(peer: string, term: number, where: string): void {
    note(this.#leaders, term, peer, where);
  }

  #sawVote(voter: string, term: number, candidate: string, where: string): void {
    note(this.#votes, `${voter} in term ${term}`, candidate, where);
  }
}

function note<Key>(map: Map<Key, Map<string, string>>, key: Key, name: string, where: string): void {
  const names = map.get(key) ?? new Map<string, string>();
  map.set(key, names);
  if (!names.has(name)) names.set(name, where);
}

function describe(seen: ReadonlyMap<string, string>): string {
  return [...seen].map(([name, where]) => `${name} (${where})`).join(', ');
}
