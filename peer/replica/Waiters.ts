import { WhitewaterError } from '../../shared/errors.ts';
import type { PeerId } from '../../shared/ids.ts';
import type { Outcome } from '../machine/Sessions.ts';
import type { Accepted, ReadReady, Refused, RefusalReason } from '../raft/effect.ts';

/** How a request ends: once, with a value or an error that says whether it happened. */
export interface Settle<Value> {
  readonly resolve: (value: Value) => void;
  readonly reject: (error: WhitewaterError) => void;
}

interface Proposal {
  readonly requestId: number;
  readonly term: number;
  readonly settle: Settle<Outcome>;
}

/**
 * Who waits for what. A proposal is answered by the entry that is applied at its index: by its result if it is the same entry,
 * of the same term; if it is another one, the proposal will never take effect. An index may be promised more than once, to leaders
 * of different terms, and the first may win after all, so that each waits until something is applied there.
 */
export class Waiters {
  readonly #leader: () => PeerId | null;
  #requestId = 0;
  /** Not in the log yet. */
  readonly #asked = new Map<number, Settle<Outcome>>();
  readonly #proposals = new Map<number, Proposal[]>();
  /** Where each accepted proposal waits. */
  readonly #indexes = new Map<number, number>();
  readonly #reads = new Map<number, Settle<number>>();
  readonly #transfers = new Map<number, Settle<null>>();

  /** @param leader whom a refusal names */
  constructor(leader: () => PeerId | null) {
    this.#leader = leader;
  }

  get count(): number {
    return this.#asked.size + this.#indexes.size + this.#reads.size + this.#transfers.size;
  }

  /** @returns the number under which the core is asked */
  proposal(settle: Settle<Outcome>): number {
    return this.#add(this.#asked, settle);
  }

  read(settle: Settle<number>): number {
    return this.#add(this.#reads, settle);
  }

  transfer(settle: Settle<null>): number {
    return this.#add(this.#transfers, settle);
  }

  accepted({ requestId, index, term }: Accepted): void {
    const settle = this.#asked.get(requestId);
    this.#asked.delete(requestId);
    if (settle === undefined) return;
    const waiting = this.#proposals.get(index) ?? [];
    waiting.push({ requestId, term, settle });
    this.#proposals.set(index, waiting);
    this.#indexes.set(requestId, index);
  }

  refused({ requestId, reason }: Refused): void {
    const settle = this.#asked.get(requestId) ?? this.#reads.get(requestId) ?? this.#transfers.get(requestId);
    for (const waiting of [this.#asked, this.#reads, this.#transfers]) waiting.delete(requestId);
    settle?.reject(refusal(reason, this.#leader()));
  }

  readReady({ requestId, index }: ReadReady): void {
    this.#reads.get(requestId)?.resolve(index);
    this.#reads.delete(requestId);
  }

  transferred(requestId: number): void {
    this.#transfers.get(requestId)?.resolve(null);
    this.#transfers.delete(requestId);
  }

  /** Somebody waits for what is applied at this index. */
  has(index: number): boolean {
    return this.#proposals.has(index);
  }

  applied(index: number, term: number, outcome: Outcome): void {
    for (const proposal of this.#take(index)) {
      if (proposal.term === term) proposal.settle.resolve(outcome);
      else proposal.settle.reject(lost());
    }
  }

  /** A snapshot took the place of everything up to this index: what came of the entries is in it, but not told. */
  skipped(throughIndex: number): void {
    for (const index of [...this.#proposals.keys()].filter((index) => index <= throughIndex)) {
      for (const { settle } of this.#take(index)) settle.reject(unknown('a snapshot took the place of the log'));
    }
  }

  /** Nobody waits for this request any more. @returns whether it may still take effect */
  forget(requestId: number): boolean {
    const index = this.#indexes.get(requestId);
    this.#indexes.delete(requestId);
    this.#reads.delete(requestId);
    // It was begun, and the other may have been asked to stand: this peer does not know when that leaves.
    if (this.#transfers.delete(requestId)) return true;
    const waiting = index === undefined ? undefined : this.#proposals.get(index);
    if (index === undefined || waiting === undefined) return this.#asked.delete(requestId);
    const others = waiting.filter((proposal) => proposal.requestId !== requestId);
    if (others.length === 0) this.#proposals.delete(index);
    else this.#proposals.set(index, others);
    return true;
  }

  /** The peer stops: what stands in the log may take effect without it, and so may a transfer that was begun. */
  stop(): void {
    for (const { reject } of this.#asked.values()) reject(stopped());
    for (const { reject } of this.#reads.values()) reject(stopped());
    for (const { reject } of this.#transfers.values())
      reject(unknown('the peer stopped', 'leadership was handed over'));
    for (const index of [...this.#proposals.keys()]) {
      for (const { settle } of this.#take(index)) settle.reject(unknown('the peer stopped'));
    }
    for (const waiting of [this.#asked, this.#reads, this.#transfers]) waiting.clear();
  }

  #add<Value>(waiting: Map<number, Value>, settle: Value): number {
    this.#requestId += 1;
    waiting.set(this.#requestId, settle);
    return this.#requestId;
  }

  #take(index: number): readonly Proposal[] {
    const waiting = this.#proposals.get(index) ?? [];
    this.#proposals.delete(index);
    for (const { requestId } of waiting) this.#indexes.delete(requestId);
    return waiting;
  }
}

const REFUSALS: Readonly<Record<RefusalReason, string>> = {
  notLeader: 'this peer does not lead',
  transferring: 'this leader hands its leadership over',
  overloaded: 'as many bytes wait to be committed as this leader accepts: try again more slowly',
  tooManyReads: 'as many reads wait as this peer accepts: try again more slowly',
  leaderChanged: 'the leader changed before it could answer',
  changeInProgress: 'another change of members is not finished',
  termNotCommitted: 'this leader has not committed an entry of its term yet: try again',
  notCaughtUp: 'a new voter does not have enough of the log yet: add it as a learner first',
  illegal: 'what was asked for makes no sense',
  timedOut: 'it took too long',
  transferUndecided:
    'the other was asked to take over, and nobody is known to lead in the term for which it was asked: see who leads now',
};

const CODES = {
  notLeader: 'NOT_LEADER',
  transferring: 'NOT_LEADER',
  leaderChanged: 'NOT_LEADER',
  overloaded: 'OVERLOADED',
  tooManyReads: 'OVERLOADED',
  changeInProgress: 'MEMBERSHIP_REFUSED',
  termNotCommitted: 'MEMBERSHIP_REFUSED',
  notCaughtUp: 'MEMBERSHIP_REFUSED',
  illegal: 'MEMBERSHIP_REFUSED',
  timedOut: 'TIMED_OUT',
  transferUndecided: 'OUTCOME_UNKNOWN',
} as const satisfies Record<RefusalReason, string>;

function refusal(reason: RefusalReason, leader: PeerId | null): WhitewaterError {
  const code = CODES[reason];
  const hint = code === 'NOT_LEADER' && leader !== null ? `; ask ${leader}` : '';
  return new WhitewaterError(code, `${REFUSALS[reason]}${hint}`, { details: { reason, leader } });
}

function lost(): WhitewaterError {
  return new WhitewaterError(
    'PROPOSAL_LOST',
    'another leader put another entry in its place: it will not happen, propose it again',
  );
}

function unknown(why: string, what = 'the command takes effect'): WhitewaterError {
  return new WhitewaterError('OUTCOME_UNKNOWN', `${why}: whether ${what} cannot be told`);
}

function stopped(): WhitewaterError {
  return new WhitewaterError('PEER_STOPPED', 'the peer stopped before it did anything about it');
}
