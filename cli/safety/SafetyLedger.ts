import type { Status } from '../../shared/messages/Status.ts';

type Told = Pick<Status, 'role' | 'term' | 'votedFor' | 'commitIndex' | 'pid'>;

/**
 * Holds what peers tell of themselves against what Raft promises (paper, Figure 3): one leader a term, one vote a term and peer,
 * terms that never go back, and within a life of a process no commit index that goes back. Statuses tell only what is durable, so
 * this holds across crashes.
 */
export class SafetyLedger {
  readonly #leaders = new Map<number, string>();
  readonly #votes = new Map<string, string>();
  readonly #newest = new Map<string, Told>();

  /** Different leaders so far. */
  get elections(): number {
    return this.#leaders.size;
  }

  get highestTerm(): number {
    return Math.max(0, ...[...this.#newest.values()].map(({ term }) => term));
  }

  /** @returns what is wrong, in one sentence; undefined when nothing is */
  read(id: string, status: Told): string | undefined {
    const before = this.#newest.get(id);
    this.#newest.set(id, status);
    return this.#leaderOffence(id, status) ?? this.#voteOffence(id, status) ?? (before && wentBack(id, before, status));
  }

  #leaderOffence(id: string, { role, term }: Told): string | undefined {
    if (role !== 'leader') return undefined;
    const known = this.#leaders.get(term);
    this.#leaders.set(term, known ?? id);
    return known === undefined || known === id ? undefined : `two leaders in term ${term}: ${known} and ${id}`;
  }

  #voteOffence(id: string, { term, votedFor }: Told): string | undefined {
    const ballot = `${id} ${term}`;
    const known = this.#votes.get(ballot);
    if (votedFor === null)
      return known === undefined ? undefined : `${id} forgot its vote for ${known} in term ${term}`;
    this.#votes.set(ballot, known ?? votedFor);
    return known === undefined || known === votedFor
      ? undefined
      : `${id} voted for ${known} and for ${votedFor} in term ${term}`;
  }
}

function wentBack(id: string, before: Told, { term, commitIndex, pid }: Told): string | undefined {
  if (term < before.term) return `the term of ${id} went back from ${before.term} to ${term}`;
  // A process that starts anew learns from its leader what is committed.
  if (pid !== before.pid || commitIndex >= before.commitIndex) return undefined;
  return `the commit index of ${id} went back from ${before.commitIndex} to ${commitIndex}`;
}
