import type { SafetyOffence, SafetyRule, SafetyView } from '../http/Safety.ts';
import type { PeerId } from '../ids.ts';
import { type Account, beginsAnew, isNextLife, lostCommitted, mayVote, type Told } from './Account.ts';
import { CommittedLog } from './CommittedLog.ts';
import { keepOfTerm } from './newestTerms.ts';
import { orderOffence } from './orderOffence.ts';
import { TermOrigins } from './TermOrigins.ts';
import { cutRuns, differenceOf, fallIn, runsIn, type TermRun } from './termRuns.ts';
import { Verdicts } from './Verdicts.ts';

/** Peers whose accounts are remembered; beyond it the one that said nothing for longest is forgotten. */
const ACCOUNTS_MAX = 256;

export interface SafetyLedgerOptions {
  /** Milliseconds since the Unix epoch. Default: Date.now. */
  readonly nowMs?: () => number;
  /**
   * Whether a peer is connected now and its process told its status; who begins with nothing while nobody is there begins a new
   * cluster of the same name. Default: always.
   */
  readonly isThere?: (id: string) => boolean;
  /** Told of each offence once, the first of a rule and all others. */
  readonly onOffence?: (rule: SafetyRule, offence: SafetyOffence) => void;
}

/** Where a status comes from. */
export interface StatusSource {
  /** Of the journal's line that holds it. */
  readonly seq?: number;
  /** Names the process of the peer; without it, `pid` and `uptimeMs` tell processes apart. */
  readonly process?: string;
}

/**
 * Holds what peers tell of themselves against what Raft promises (paper, Figure 3). Statuses tell only what is durable, so this
 * holds across crashes; and every rule is put so that it holds between accounts of different times, since a status is as old as
 * the way that it came.
 *
 * Who keeps its state in memory and is started again has forgotten its term, its vote and its log. What it told before does not
 * count then, and what others tell that contradicts each other is no offence of Raft any more, but not judged.
 */
export class SafetyLedger {
  readonly #isThere: (id: string) => boolean;
  readonly #accounts = new Map<string, Account>();
  readonly #leaders = new Map<number, string>();
  readonly #origins = new TermOrigins();
  readonly #committed = new CommittedLog();
  readonly #verdicts: Verdicts;
  #elections = 0;

  constructor({ nowMs = Date.now, isThere = () => true, onOffence = () => undefined }: SafetyLedgerOptions = {}) {
    this.#isThere = isThere;
    this.#verdicts = new Verdicts(nowMs, onOffence);
  }

  /** Different leaders so far. */
  get elections(): number {
    return this.#elections;
  }

  get highestTerm(): number {
    return Math.max(0, ...[...this.#accounts.values()].map(({ told }) => told.term));
  }

  /** How many were judged. */
  get statuses(): number {
    return this.#verdicts.statuses;
  }

  /** @param nothing why there is nothing to be judged, where that is known */
  view(nothing?: string): SafetyView {
    const accounts = [...this.#accounts].map(([id, { told }]) => ({ id, role: told.role, terms: told.terms }));
    return this.#verdicts.view(accounts, nothing);
  }

  /** @returns what is wrong with the first rule that it breaks, in one sentence; undefined when nothing is */
  read(id: string, told: Told, { seq, process }: StatusSource = {}): string | undefined {
    const verdicts = this.#verdicts;
    verdicts.begin(seq);
    const last = this.#accounts.get(id);
    const before = this.#stillCounts(id, last, told, process) ? last : undefined;
    const ownRuns = runsIn(told);
    const order = orderOffence(id, told, ownRuns);
    if (order !== undefined) verdicts.offend('ownOrder', order, [id]);
    const fall = ownRuns && fallIn(ownRuns);
    if (fall !== undefined) {
      const { before: higher, after } = fall;
      const text = `along the log of ${id}, term ${after.term} at index ${after.from} stands behind term ${higher.term}`;
      verdicts.offend('logMatching', text, [id]);
    }
    // What contradicts itself is not held against others.
    const runs = order === undefined && fall === undefined ? ownRuns : undefined;
    const account: Account = { told, process, runs, votes: before?.votes ?? new Map<number, string>() };
    this.#keep(id, account);
    this.#judgeLeader(id, told);
    this.#judgeVote(id, account);
    if (before !== undefined) this.#judgeProgress(id, before, account);
    if (runs !== undefined) this.#judgeLog(id, told, runs, before);
    return verdicts.firstOfStatus;
  }

  #keep(id: string, account: Account): void {
    this.#accounts.delete(id);
    this.#accounts.set(id, account);
    const oldest = this.#accounts.keys().next();
    if (this.#accounts.size > ACCOUNTS_MAX && oldest.done !== true) this.#accounts.delete(oldest.value);
  }

  /** Whether what the peer told last is what it has to keep to. */
  #stillCounts(id: string, last: Account | undefined, told: Told, process: string | undefined): boolean {
    if (last !== undefined && !isNextLife(last, told, process)) return true;
    const others = [...this.#accounts.keys()].filter((other) => other !== id);
    const isEmptied = beginsAnew(last?.told, told);
    if (isEmptied && this.#accounts.size > 0 && !others.some(this.#isThere)) {
      this.#forgetCluster();
      return false;
    }
    if (last === undefined) return false;
    const isVoter = this.#isVoter(id);
    if (told.storage === 'memory' || last.told.storage === 'memory') {
      if (isVoter && last.told.term > 0) this.#verdicts.forgotten(id);
      return false;
    }
    // Removed, emptied and added anew, as one does with a lost disk.
    return !(isEmptied && !isVoter);
  }

  /** By the account of whoever knows the highest term, a leader before others. */
  #isVoter(id: string): boolean {
    let best: Told | undefined;
    for (const [other, { told }] of this.#accounts) {
      if (other === id || (best !== undefined && told.term < best.term)) continue;
      if (best === undefined || told.term > best.term || told.role === 'leader') best = told;
    }
    return best === undefined || mayVote(best, id);
  }

  /** All began again with nothing: another cluster of that name, to which the terms of the one before mean nothing. */
  #forgetCluster(): void {
    this.#accounts.clear();
    this.#leaders.clear();
    this.#origins.clear();
    this.#committed.clear();
    this.#verdicts.remembersAll();
  }

  #judgeLeader(id: string, { role, term }: Told): void {
    if (role !== 'leader') return;
    const known = this.#leaders.get(term);
    if (known === undefined) {
      keepOfTerm(this.#leaders, term, id);
      // One of a term that is long past is not counted each time.
      if (this.#leaders.has(term)) this.#elections += 1;
    } else if (known !== id) {
      this.#verdicts.offend('electionSafety', `two leaders in term ${term}: ${known} and ${id}`, [known, id]);
    }
  }

  #judgeVote(id: string, { told: { term, votedFor }, votes }: Account): void {
    const known = votes.get(term);
    const offend = (text: string): void => this.#verdicts.offend('oneVoteATerm', text, [id]);
    if (votedFor !== null && known === undefined) keepOfTerm(votes, term, votedFor);
    else if (votedFor === null && known !== undefined) offend(`${id} forgot its vote for ${known} in term ${term}`);
    else if (votedFor !== null && known !== votedFor)
      offend(`${id} voted for ${known} and for ${votedFor} in term ${term}`);
  }

  #judgeProgress(id: string, before: Account, { told, process, runs }: Account): void {
    const { term, commitIndex } = before.told;
    const offend = (text: string): void => this.#verdicts.offend('nothingGoesBack', text, [id]);
    if (told.term < term) offend(`the term of ${id} went back from ${term} to ${told.term}`);
    if (isNextLife(before, told, process)) {
      // It learns from its leader what is committed. But it told only of what was durable.
      const { lastLogIndex } = told;
      if (lostCommitted(before.told, told))
        offend(
          `${id} had told index ${commitIndex} as committed, and its log ends at ${lastLogIndex} since its restart`,
        );
      return;
    }
    if (told.commitIndex < commitIndex)
      offend(`the commit index of ${id} went back from ${commitIndex} to ${told.commitIndex}`);
    if (told.role === 'leader' && before.told.role === 'leader' && told.term === term)
      this.#judgeReign(id, before, told, runs);
  }

  #judgeReign(id: string, before: Account, told: Told, runs: readonly TermRun[] | undefined): void {
    const { term, lastLogIndex = 0 } = before.told;
    const offend = (text: string): void => this.#verdicts.offend('leaderAppendOnly', text, [id]);
    if (told.lastLogIndex !== undefined && told.lastLogIndex < lastLogIndex)
      return offend(`${id} leads term ${term}, and its log went back from ${lastLogIndex} to ${told.lastLogIndex}`);
    const changed = before.runs && runs && differenceOf(before.runs, runs);
    if (changed === undefined) return;
    const { index, term: was, otherTerm } = changed;
    offend(`${id} leads term ${term}, and index ${index} of its log went from term ${was} to ${otherTerm}`);
  }

  #judgeLog(id: string, told: Told, runs: readonly TermRun[], before: Account | undefined): void {
    const verdicts = this.#verdicts;
    const { role, term, commitIndex, lastLogIndex = 0 } = told;
    const mismatch = this.#origins.read(id, runs);
    if (mismatch !== undefined) verdicts.offend('logMatching', mismatch.text, [mismatch.by, id]);
    const other = this.#committed.contradiction(runs, commitIndex);
    if (other !== undefined) {
      const tellers = this.#tellersOf(other.index, other.otherTerm);
      const by = tellers.length === 0 ? '' : ` (${tellers.join(', ')})`;
      const text = `index ${other.index} was committed with term ${other.otherTerm}${by} and with term ${other.term} (${id})`;
      verdicts.offend('stateMachineSafety', text, [...tellers, id]);
    }
    // What it told before is known already, unless its log was not told then.
    const known = before?.runs === undefined ? 0 : before.told.commitIndex;
    this.#committed.learn(cutRuns(runs, known + 1, commitIndex), term);
    if (role !== 'leader') return;
    const lack = this.#committed.lackOf(runs, lastLogIndex, term);
    if (lack === undefined) return;
    const has = lack.ownTerm === undefined ? `its log ends at ${lastLogIndex}` : `it has term ${lack.ownTerm} there`;
    const text = `${id} leads term ${term} without index ${lack.index} of term ${lack.term}, which was committed by term ${lack.inTerm}; ${has}`;
    verdicts.offend('leaderCompleteness', text, [...this.#tellersOf(lack.index, lack.term), id]);
  }

  /** Whose newest account says that it is committed. */
  #tellersOf(index: number, term: number): PeerId[] {
    const isTold = ({ told, runs = [] }: Account): boolean =>
      index <= told.commitIndex && runs.some((run) => run.term === term && run.from <= index && index <= run.to);
    return [...this.#accounts].flatMap(([id, account]) => (isTold(account) ? [id as PeerId] : []));
  }
}
