import {
  SAFETY_RULES,
  type SafetyCheck,
  type SafetyOffence,
  type SafetyRule,
  type SafetyView,
} from '../http/Safety.ts';
import type { PeerId } from '../ids.ts';
import type { Status } from '../messages/Status.ts';

/** Offences of one rule that are told apart; what comes again is no new one. */
const TEXTS_MAX = 256;

/** Without the terms of the logs these cannot be seen. */
const OF_LOGS: ReadonlySet<SafetyRule> = new Set([
  'leaderAppendOnly',
  'logMatching',
  'leaderCompleteness',
  'stateMachineSafety',
]);
/** These rest on every voter remembering its term, its vote and its log. */
const OF_MEMORY: ReadonlySet<SafetyRule> = new Set([
  'electionSafety',
  'logMatching',
  'leaderCompleteness',
  'stateMachineSafety',
]);

const NO_STATUS = 'no peer has told its status yet';

interface Teller {
  readonly id: string;
  readonly role: Status['role'];
  readonly terms: Status['terms'] | undefined;
}

/** What was found of each rule. */
export class Verdicts {
  readonly #nowMs: () => number;
  readonly #onOffence: (rule: SafetyRule, offence: SafetyOffence) => void;
  readonly #sinceMs: number;
  readonly #first = new Map<SafetyRule, SafetyOffence>();
  /** Contradictions for which Raft is not to blame. */
  readonly #excused = new Map<SafetyRule, string>();
  readonly #texts = new Map<SafetyRule, Set<string>>();
  /** Voters that were started again and remember nothing. */
  readonly #forgetful = new Set<string>();
  #statuses = 0;
  #seq: number | null = null;
  #firstOfStatus: string | undefined;

  constructor(nowMs: () => number, onOffence: (rule: SafetyRule, offence: SafetyOffence) => void) {
    this.#nowMs = nowMs;
    this.#onOffence = onOffence;
    this.#sinceMs = nowMs();
  }

  get statuses(): number {
    return this.#statuses;
  }

  /** The first offence that the newest status showed. */
  get firstOfStatus(): string | undefined {
    return this.#firstOfStatus;
  }

  /** What follows is found in another status. */
  begin(seq: number | undefined): void {
    this.#statuses += 1;
    this.#seq = seq ?? null;
    this.#firstOfStatus = undefined;
  }

  offend(rule: SafetyRule, text: string, peers: readonly string[]): void {
    if (this.#forgetful.size > 0 && OF_MEMORY.has(rule)) {
      if (!this.#excused.has(rule)) this.#excused.set(rule, `${text}; but ${this.#forgetfulText()}`);
      return;
    }
    this.#firstOfStatus ??= text;
    const texts = this.#texts.get(rule) ?? new Set<string>();
    if (texts.has(text)) return;
    if (texts.size >= TEXTS_MAX) texts.clear();
    this.#texts.set(rule, texts.add(text));
    const offence = { timeMs: this.#nowMs(), text, peers: [...new Set(peers)] as PeerId[], seq: this.#seq };
    if (!this.#first.has(rule)) this.#first.set(rule, offence);
    this.#onOffence(rule, offence);
  }

  /** A voter that keeps its state in memory was started again. */
  forgotten(id: string): void {
    if (this.#forgetful.size < TEXTS_MAX) this.#forgetful.add(id);
  }

  /** Nobody is left who might remember what somebody forgot. */
  remembersAll(): void {
    this.#forgetful.clear();
    this.#excused.clear();
  }

  view(tellers: readonly Teller[], nothing: string | undefined): SafetyView {
    return {
      sinceMs: this.#sinceMs,
      statuses: this.#statuses,
      checks: SAFETY_RULES.map((rule) => this.#check(rule, tellers, nothing)),
    };
  }

  #check(rule: SafetyRule, tellers: readonly Teller[], nothing: string | undefined): SafetyCheck {
    const first = this.#first.get(rule);
    if (first !== undefined) return { rule, state: 'broken', first };
    const why = this.#whyNotJudged(rule, tellers, nothing);
    return why === undefined ? { rule, state: 'holds' } : { rule, state: 'notJudged', why };
  }

  #whyNotJudged(rule: SafetyRule, tellers: readonly Teller[], nothing: string | undefined): string | undefined {
    if (this.#statuses === 0) return nothing ?? NO_STATUS;
    const excuse = this.#excused.get(rule);
    if (excuse !== undefined) return excuse;
    if (rule === 'oneVoteATerm' && this.#forgetful.size > 0) return this.#forgetfulText();
    if (!OF_LOGS.has(rule)) return undefined;
    const silent = tellers
      .filter(({ role, terms }) => terms === undefined && (rule !== 'leaderAppendOnly' || role === 'leader'))
      .map(({ id }) => id);
    if (silent.length === 0) return undefined;
    return `${listOf(silent)} ${silent.length === 1 ? 'does' : 'do'} not tell the terms of the log (\`terms\` of a status)`;
  }

  #forgetfulText(): string {
    const ids = [...this.#forgetful];
    const [keeps, was] = ids.length === 1 ? ['keeps', 'was'] : ['keep', 'were'];
    return `${listOf(ids)} ${keeps} term, vote and log in memory and ${was} started again: Raft promises nothing when voters forget`;
  }
}

function listOf(ids: readonly string[]): string {
  const sorted = [...ids].sort((one, other) => one.localeCompare(other, 'en', { numeric: true }));
  return sorted.length <= 5 ? sorted.join(', ') : `${sorted.slice(0, 5).join(', ')} and ${sorted.length - 5} others`;
}
