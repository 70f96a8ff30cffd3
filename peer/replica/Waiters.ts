import { WhitewaterError } from '../../shared/errors.ts';
import type { PeerId } from '../../shared/ids.ts';
import { NumberMap } from '../../shared/NumberMap.ts';
import type { Outcome } from '../machine/Sessions.ts';
import type { Accepted, ReadReady, Refused, RefusalReason } from '../raft/effect.ts';

/** How a request ends: once, with a value or an error that says whether it happened. */
export interface Settle<Value> {
  resolve(value: Value): void;
  reject(error: Error): void;
}

interface Proposal {
  readonly requestId: number;
  readonly settle: Settle<Outcome>;
  /** Where it stands in the log; 0 until it does. */
  index: number;
  term: number;
  /** The next one that was promised the same index. */
  another: Proposal | undefined;
}

/**
 * Who waits for what. A proposal is answered by the entry that is applied at its index: by its result if it is the same entry,
 * of the same term; if it is another one, the proposal will never take effect. An index may be promised more than once, to leaders
 * of different terms, and the first may win after all, so that each waits until something is applied there.
 */
export class Waiters {
  readonly #leader: () => PeerId | null;
  #requestId = 0;
  readonly #proposals = new NumberMap<Proposal>();
  /** Those that stand in the log, by index. */
  readonly #accepted = new NumberMap<Proposal>();
  readonly #reads = new Map<number, Settle<number>>();
  readonly #transfers = new Map<number, Settle<null>>();

  /** @param leader whom a refusal names */
  constructor(leader: () => PeerId | null) {
    this.#leader = leader;
  }

  get count(): number {
    return this.#proposals.size + this.#reads.size + this.#transfers.size;
  }

  /** @returns the number under which the core is asked */
  proposal(settle: Settle<Outcome>): number {
    this.#requestId += 1;
    const requestId = this.#requestId;
    this.#proposals.set(requestId, { requestId, settle, index: 0, term: 0, another: undefined });
    return requestId;
  }

  read(settle: Settle<number>): number {
    return this.#add(this.#reads, settle);
  }

  transfer(settle: Settle<null>): number {
    return this.#add(this.#transfers, settle);
  }

  accepted({ requestId, index, term }: Accepted): void {
    const proposal = this.#proposals.get(requestId);
    if (proposal === undefined) return;
    proposal.index = index;
    proposal.term = term;
    let last = this.#accepted.get(index);
    if (last === undefined) this.#accepted.set(index, proposal);
    while (last?.another !== undefined) last = last.another;
    if (last !== undefined) last.another = proposal;
  }

  refused({ requestId, reason }: Refused): void {
    const settle =
      this.#proposals.get(requestId)?.settle ?? this.#reads.get(requestId) ?? this.#transfers.get(requestId);
    for (const waiting of [this.#proposals, this.#reads, this.#transfers]) waiting.delete(requestId);
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
    return this.#accepted.has(index);
  }

  applied(index: number, term: number, outcome: Outcome): void {
    for (let proposal = this.#take(index); proposal !== undefined; proposal = proposal.another) {
      if (proposal.term === term) proposal.settle.resolve(outcome);
      else proposal.settle.reject(lost());
    }
  }

  /** A snapshot took the place of everything up to this index: what came of the entries is in it, but not told. */
  skipped(throughIndex: number): void {
    for (const [index] of this.#accepted.entries()) {
      if (index <= throughIndex) this.#rejectAt(index, 'a snapshot took the place of the log');
    }
  }

  /** Nobody waits for this request any more. @returns whether it may still take effect */
  forget(requestId: number): boolean {
    this.#reads.delete(requestId);
    // It was begun, and the other may have been asked to stand: this peer does not know when that leaves.
    if (this.#transfers.delete(requestId)) return true;
    const forgotten = this.#proposals.get(requestId);
    if (forgotten === undefined) return false;
    this.#proposals.delete(requestId);
    // Whoever gathers proposals has no way to take one back.
    if (forgotten.index === 0) return true;
    this.#removeFrom(forgotten.index, forgotten);
    return true;
  }

  /** The peer stops: what stands in the log may take effect without it, and so may a transfer that was begun. */
  stop(): void {
    for (const { index, settle } of this.#proposals.values()) if (index === 0) settle.reject(stopped());
    for (const read of this.#reads.values()) read.reject(stopped());
    for (const transfer of this.#transfers.values())
      transfer.reject(unknown('the peer stopped', 'leadership was handed over'));
    for (const [index] of this.#accepted.entries()) this.#rejectAt(index, 'the peer stopped');
    for (const waiting of [this.#proposals, this.#reads, this.#transfers]) waiting.clear();
  }

  #add<Value>(waiting: Map<number, Value>, settle: Value): number {
    this.#requestId += 1;
    waiting.set(this.#requestId, settle);
    return this.#requestId;
  }

  /** @returns the oldest of those who wait there, which leads to the others */
  #take(index: number): Proposal | undefined {
    const oldest = this.#accepted.delete(index);
    for (let proposal = oldest; proposal !== undefined; proposal = proposal.another) {
      this.#proposals.delete(proposal.requestId);
    }
    return oldest;
  }

  #rejectAt(index: number, why: string): void {
    for (let proposal = this.#take(index); proposal !== undefined; proposal = proposal.another) {
      proposal.settle.reject(unknown(why));
    }
  }

  #removeFrom(index: number, removed: Proposal): void {
    const oldest = this.#accepted.get(index);
    if (oldest !== removed) {
      let before = oldest;
      while (before !== undefined && before.another !== removed) before = before.another;
      if (before !== undefined) before.another = removed.another;
    } else if (removed.another === undefined) this.#accepted.delete(index);
    else this.#accepted.set(index, removed.another);
  }
}

const REFUSALS: Readonly<Record<RefusalReason, string>> = {
  notLeader: 'this peer does not lead',
  transferring: 'this leader hands its leadership over',
  overloaded: 'as many bytes wait to be committed, or to be applied, as this leader accepts: try again more slowly',
  tooManyReads: 'as many reads wait as this peer accepts: try again more slowly',
  leaderChanged: 'the leader changed before it could answer',
  changeInProgress: 'another change of members is not finished',
  termNotCommitted: 'this leader has not committed an entry of its term yet: try again',
  notCaughtUp: 'a new voter does not have enough of the log yet: add it as a learner first',
  illegal: 'what was asked for makes no sense',
  timedOut: 'it took too long',
  neverLeads: 'that peer says that it only votes, and never leads: choose another voter',
  successorBehind:
    'that peer did not get all that the leader has within an election timeout, so it was not asked to lead: see that the leader reaches it, let it catch up, and try again, or choose another voter',
  successorSilent:
    'that peer was asked to lead, and was not elected within an election timeout: see that it runs and reaches the others, and try again, or choose another voter',
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
  neverLeads: 'TRANSFER_FAILED',
  successorBehind: 'TRANSFER_FAILED',
  successorSilent: 'TRANSFER_FAILED',
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
