import { createReadStream } from 'node:fs';
import type { GivenNetwork } from '../../client/Given.ts';
import { checkRule } from '../../server/faults/checkRule.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import { JOURNAL_KINDS, JournalConnection, JournalFaults, JournalRelease } from '../../shared/http/Journal.ts';
import type { Orphans } from '../../shared/http/Network.ts';
import { Compile } from '../../shared/schema.ts';
import { momentsOf } from './momentsOf.ts';

/** A change of the faults, or a socket that was cut, as a journal tells it. */
export interface Change {
  /** Since the first line of the journal. */
  readonly atMs: number;
  readonly text: string;
  readonly act:
    | { readonly type: 'apply'; readonly request: GivenNetwork; readonly frames: Orphans | undefined }
    | { readonly type: 'heal'; readonly frames: Orphans | undefined }
    | {
        readonly type: 'release';
        readonly rule: string;
        readonly order: 'inOrder' | 'shuffled';
        /** Undefined: all. */
        readonly first: number | undefined;
        readonly ofProfile: boolean | undefined;
      }
    | { readonly type: 'cut'; readonly id: string; readonly forMs: number }
    | { readonly type: 'timeOut'; readonly id: string };
}

export interface Changes {
  /** In force from the beginning; undefined when the journal does not tell it, as when its first change sets one. */
  readonly seed: string | undefined;
  readonly changes: readonly Change[];
  /** Between the first and the last line. */
  readonly durationMs: number;
  readonly forgotten: number;
}

const KINDS: ReadonlySet<unknown> = new Set(JOURNAL_KINDS);
const isFaults = Compile(JournalFaults);
const isRelease = Compile(JournalRelease);
const isConnection = Compile(JournalConnection);

/**
 * The changes that stand in a journal's file, in the order of their times.
 * @throws {WhitewaterError} USAGE with the number of the first line that is none of a journal
 */
export async function readChanges(path: string): Promise<Changes> {
  const reading = new Reading(path);
  let number = 0;
  try {
    for await (const text of linesOf(path)) {
      number += 1;
      if (text !== '') reading.read(text, number);
    }
  } catch (cause) {
    if (cause instanceof WhitewaterError) throw cause;
    const message = `${path} cannot be read (${(cause as Error).message}); name a file that "whitewater journal" wrote`;
    throw new WhitewaterError('USAGE', message, { cause });
  }
  return reading.end();
}

/** No line of a journal is as long: the longest has all faults in force, which came in one request. */
const LINE_LENGTH_MAX = 8_388_608;

/** The lines of a file, one at a time. @throws {Error} for one that does not end within reason */
async function* linesOf(path: string): AsyncGenerator<string, void, undefined> {
  let rest = '';
  for await (const chunk of createReadStream(path, 'utf8')) {
    const [first = '', ...others] = String(chunk).split('\n');
    rest += first;
    for (const next of others) {
      yield rest.replace(/\r$/, '');
      rest = next;
    }
    if (rest.length > LINE_LENGTH_MAX) throw new Error(`a line has more than ${LINE_LENGTH_MAX} characters`);
  }
  if (rest !== '') yield rest;
}

/** The latest date that JavaScript knows, since the Unix epoch. */
const DATE_MS_MAX = 8.64e15;

/** Things of one moment are done in the order in which they were. */
type NumberedChange = Change & { readonly seq: number };

interface Line {
  readonly kind: unknown;
  readonly timeMs: number;
  readonly forgotten?: unknown;
}

class Reading {
  readonly #path: string;
  readonly #faults: { line: JournalFaults; atMs: number }[] = [];
  readonly #others: NumberedChange[] = [];
  #firstMs: number | undefined;
  #lastMs = 0;
  #forgotten = 0;
  /** Whether there is any line of a kind that journals have; later relays may have more kinds. */
  #isKnown = false;

  constructor(path: string) {
    this.#path = path;
  }

  read(text: string, number: number): void {
    const line = this.#parsed(text, number);
    if (line.kind === 'journal') {
      this.#forgotten = Number(line.forgotten ?? 0);
      return;
    }
    this.#firstMs ??= line.timeMs;
    if (KINDS.has(line.kind)) this.#isKnown = true;
    const atMs = Math.max(0, line.timeMs - this.#firstMs);
    this.#lastMs = atMs;
    if (line.kind === 'faults') {
      this.#checkRules(line, number);
      if (!isFaults.Check(line)) throw this.#misshapen(number, 'its change of the faults', isFaults.Errors(line));
      this.#faults.push({ line, atMs });
    } else if (line.kind === 'release') {
      if (!isRelease.Check(line)) throw this.#misshapen(number, 'its release', isRelease.Errors(line));
      const { seq, rule, order, first, ofProfile } = line;
      this.#others.push({
        seq,
        atMs,
        text: `release ${rule}`,
        act: { type: 'release', rule, order, first: first ?? undefined, ofProfile },
      });
    } else if (line.kind === 'connection') {
      if (!isConnection.Check(line)) throw this.#misshapen(number, 'its connection', isConnection.Errors(line));
      const { seq, id, forMs = 0 } = line;
      if (line.event === 'timeOut')
        this.#others.push({ seq, atMs, text: `time out ${id}`, act: { type: 'timeOut', id } });
      if (line.event !== 'cut') return;
      this.#others.push({ seq, atMs, text: `disconnect ${id}`, act: { type: 'cut', id, forMs } });
    }
  }

  end(): Changes {
    if (!this.#isKnown) throw new WhitewaterError('USAGE', `${this.#path} holds no line of a journal`);
    const numbered = [...this.#faults.flatMap((_, at) => this.#changesOf(at)), ...this.#others];
    numbered.sort((one, other) => one.atMs - other.atMs || one.seq - other.seq);
    const changes = numbered.map(({ atMs, text, act }) => ({ atMs, text, act }));
    const first = this.#faults[0]?.line;
    const seed = first?.seedSet === true ? undefined : first?.seed;
    return { seed, changes, durationMs: this.#lastMs, forgotten: this.#forgotten };
  }

  /** A seed that is set begins all draws anew, the same one too, so it is set where it was, and nowhere else. */
  #changesOf(at: number): NumberedChange[] {
    const found = this.#faults[at];
    if (found === undefined) return [];
    const { line, atMs } = found;
    const { seq, rules, renewed = [], clients = [], profile, text } = line;
    const frames = (line.frames as Orphans | null | undefined) ?? undefined;
    if (line.healed === true && isBare(line)) return [{ seq, atMs, text, act: { type: 'heal', frames } }];
    const before = this.#faults[at - 1]?.line;
    const isSeedSet = line.seedSet === true || (before !== undefined && before.seed !== line.seed);
    const untilMs = this.#faults[at + 1]?.atMs ?? Infinity;
    return momentsOf(line.partition)
      .filter((moment, index) => index === 0 || atMs + moment.afterMs < untilMs)
      .map(({ afterMs, partition }, index) => {
        const isFirst = index === 0;
        const anew = { ...(renewed.length > 0 ? { renewed } : {}), ...(isSeedSet ? { seed: line.seed } : {}) };
        const named = clients.length > 0 ? { clients } : {};
        const request = { rules, profile, partition, ...named, ...(isFirst ? anew : {}) };
        return {
          ...{ seq, atMs: atMs + afterMs },
          text: isFirst ? text : `${text}, ${Math.round(afterMs)} ms on`,
          act: { type: 'apply', request, frames: isFirst ? frames : undefined },
        };
      });
  }

  /** Rules say better than their schema what is wrong with them. */
  #checkRules(line: Line, number: number): void {
    const { rules, profile } = line as { readonly rules?: unknown; readonly profile?: { readonly rules?: unknown } };
    const sets = { '/rules': rules, '/profile/rules': profile?.rules };
    try {
      for (const [place, set] of Object.entries(sets)) {
        for (const [name, rule] of Object.entries(set ?? {})) checkRule(rule, `${place}/${name}`, typesOf(rule));
      }
    } catch (error) {
      if (!(error instanceof WhitewaterError)) throw error;
      throw this.#refused(number, error.message.replace(/; nothing was changed$/, ''));
    }
  }

  #misshapen(
    number: number,
    what: string,
    errors: readonly { instancePath: string; message: string }[],
  ): WhitewaterError {
    const { instancePath = '', message = 'is wrong' } = errors[0] ?? {};
    return this.#refused(number, `${what} has another shape: ${instancePath === '' ? 'it' : instancePath} ${message}`);
  }

  #parsed(text: string, number: number): Line {
    let line: unknown;
    try {
      line = JSON.parse(text);
    } catch {
      throw this.#refused(number, 'it is not JSON');
    }
    const { kind, timeMs } = (line ?? {}) as Partial<Line>;
    if (typeof kind !== 'string' || typeof timeMs !== 'number')
      throw this.#refused(number, 'it has no kind and timeMs');
    if (!(timeMs >= 0 && timeMs <= DATE_MS_MAX)) throw this.#refused(number, `its timeMs, ${timeMs}, is no date`);
    return line as Line;
  }

  #refused(number: number, why: string): WhitewaterError {
    return new WhitewaterError('USAGE', `${this.#path}:${number}: this is no line of a journal: ${why}`);
  }
}

/** Where endpoints spoke another protocol than Raft, rules could name any type of message. */
function typesOf(rule: unknown): ReadonlySet<string> {
  const types = (rule as { readonly types?: unknown } | null)?.types;
  return new Set(Array.isArray(types) ? types.filter((type) => typeof type === 'string') : []);
}

/** Nothing is in force: what ends the partition alone, and leaves rules, is no heal. */
function isBare({ partition, rules, profile }: JournalFaults): boolean {
  return partition === null && Object.keys(rules).length === 0 && profile.name === 'reliable';
}
