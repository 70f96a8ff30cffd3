import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { GivenNetwork, GivenPartition } from '../../client/Given.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import { JournalConnection, JournalFaults } from '../../shared/http/Journal.ts';
import { Compile } from '../../shared/schema.ts';

/** A change of the faults, or a socket that was cut, as a journal tells it. */
export interface Change {
  /** Since the first line of the journal. */
  readonly atMs: number;
  readonly text: string;
  readonly act:
    | { readonly type: 'apply'; readonly request: GivenNetwork }
    | { readonly type: 'cut'; readonly id: string; readonly forMs: number };
}

export interface Changes {
  /** In force from the beginning; undefined when the journal tells of none. */
  readonly seed: string | undefined;
  readonly changes: readonly Change[];
  /** Between the first and the last line. */
  readonly durationMs: number;
  readonly forgotten: number;
}

const isFaults = Compile(JournalFaults);
const isConnection = Compile(JournalConnection);

/**
 * The changes that stand in a journal's file, in the order of their times.
 * @throws {WhitewaterError} USAGE with the number of the first line that is none of a journal
 */
export async function readChanges(path: string): Promise<Changes> {
  const reading = new Reading(path);
  let number = 0;
  try {
    for await (const text of createInterface({ input: createReadStream(path, 'utf8') })) {
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

interface Line {
  readonly kind: unknown;
  readonly timeMs: number;
  readonly forgotten?: unknown;
}

class Reading {
  readonly #path: string;
  readonly #faults: { line: JournalFaults; atMs: number }[] = [];
  readonly #cuts: Change[] = [];
  #firstMs: number | undefined;
  #lastMs = 0;
  #forgotten = 0;

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
    const atMs = Math.max(0, line.timeMs - this.#firstMs);
    this.#lastMs = atMs;
    if (line.kind === 'faults') {
      if (!isFaults.Check(line)) throw this.#refused(number, 'its change of the faults has another shape');
      this.#faults.push({ line, atMs });
    } else if (line.kind === 'connection') {
      if (!isConnection.Check(line)) throw this.#refused(number, 'its connection has another shape');
      if (line.event !== 'cut') return;
      const { id, forMs = 0 } = line;
      this.#cuts.push({ atMs, text: `disconnect ${id}`, act: { type: 'cut', id, forMs } });
    }
  }

  end(): Changes {
    if (this.#firstMs === undefined) throw new WhitewaterError('USAGE', `${this.#path} holds no line of a journal`);
    const changes = [...this.#faults.flatMap((_, at) => this.#changesOf(at)), ...this.#cuts];
    changes.sort((one, other) => one.atMs - other.atMs);
    return { seed: this.#faults[0]?.line.seed, changes, durationMs: this.#lastMs, forgotten: this.#forgotten };
  }

  /** A seed that is set begins all draws anew, so it is set where it was, and nowhere else. */
  #changesOf(at: number): Change[] {
    const found = this.#faults[at];
    if (found === undefined) return [];
    const { line, atMs } = found;
    const before = this.#faults[at - 1]?.line;
    const isNewSeed = before === undefined ? isBare(line) : before.seed !== line.seed;
    const { rules, profile, text } = line;
    const seed = isNewSeed ? { seed: line.seed } : {};
    const untilMs = this.#faults[at + 1]?.atMs ?? Infinity;
    return momentsOf(line)
      .filter((moment, index) => index === 0 || atMs + moment.afterMs < untilMs)
      .map(({ afterMs, partition }, index) => ({
        atMs: atMs + afterMs,
        text: index === 0 ? text : `${text}, ${Math.round(afterMs)} ms on`,
        act: { type: 'apply', request: { rules, profile, partition, ...(index === 0 ? seed : {}) } },
      }));
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
    return line as Line;
  }

  #refused(number: number, why: string): WhitewaterError {
    return new WhitewaterError('USAGE', `${this.#path}:${number}: this is no line of a journal: ${why}`);
  }
}

type Partitioned = GivenPartition | null;

/** The partition as it was, whatever a shape would mean for another leader; one with absences, moment by moment. */
function momentsOf({ partition }: JournalFaults): { afterMs: number; partition: Partitioned }[] {
  if (partition === null) return [{ afterMs: 0, partition: null }];
  const { groups, cuts = [], absences = [], inFlight } = partition;
  const edges = new Set([0, ...absences.flatMap(({ fromMs, untilMs }) => [fromMs, untilMs])]);
  return [...edges]
    .sort((one, other) => one - other)
    .map((afterMs) => {
      const away = absences
        .filter(({ fromMs, untilMs }) => fromMs <= afterMs && afterMs < untilMs)
        .map(({ id }) => [id]);
      const all = [...groups, ...away];
      const parts = {
        ...(all.length > 0 ? { groups: all } : {}),
        ...(cuts.length > 0 ? { cuts } : {}),
      };
      const isWhole = all.length === 0 && cuts.length === 0;
      return { afterMs, partition: isWhole ? null : { ...parts, ...(inFlight === undefined ? {} : { inFlight }) } };
    });
}

/** Nothing is in force, so what this line tells of can only have been the seed. */
function isBare({ partition, rules, profile }: JournalFaults): boolean {
  return partition === null && Object.keys(rules).length === 0 && profile.name === 'reliable';
}
