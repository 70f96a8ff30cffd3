import { WhitewaterError } from '../../shared/errors.ts';
import { visible } from '../view/visible.ts';

/** Of those found, so many are told: who wrote one thing wrong throughout a long file needs no more. */
export const MISTAKES_TOLD_MAX = 20;
/** So many are kept of a file, which a megabyte could hold a hundred thousand of; the others are counted. */
const KEPT_MAX = 1000;

/** One thing that is wrong in a scenario, and where. */
export interface Mistake {
  readonly file: string;
  /** Both from 1; undefined where a file could not be read, or the place is in the problem already. */
  readonly line?: number;
  readonly column?: number;
  /** Such as `steps[3].do.rule.delay`; empty for the whole. */
  readonly path: string;
  /** What is there, and what is legal. */
  readonly problem: string;
}

/** Something of a scenario cannot be read. Without a mistake it only follows from one that was noted already. */
export class Refusal extends WhitewaterError {
  readonly mistake: Mistake | undefined;

  constructor(mistake: Mistake | undefined) {
    super('USAGE', mistake === undefined ? 'it follows from another mistake' : sentenceOf(mistake), {
      details: { mistakes: mistake === undefined ? [] : [mistake], more: 0 },
    });
    this.mistake = mistake;
  }
}

/** Several things are wrong. `details` has the first of them, in order of place, and how many `more` there are. */
export class SeveralMistakes extends WhitewaterError {
  /** What stands before the lines. */
  readonly headline: string;
  /** One for each mistake that is told, and one for how many there are besides. */
  readonly lines: readonly string[];

  constructor(mistakes: readonly Mistake[], more = 0) {
    const told = mistakes.slice(0, MISTAKES_TOLD_MAX);
    const untold = mistakes.length - told.length + more;
    const lines = [...told.map(lineOf), ...(untold === 0 ? [] : [`and ${untold} more`])];
    const files = new Set(mistakes.map(({ file }) => file)).size;
    const where = files === 1 ? (mistakes[0]?.file ?? '') : `${files} scenarios`;
    const total = mistakes.length + more;
    const headline = `${oneLine(where)}: ${total} mistakes; nothing was started`;
    super('USAGE', [headline, ...lines].join('\n'), { details: { mistakes: told, more: untold } });
    this.headline = headline;
    this.lines = lines;
  }
}

/** What is wrong in one file, gathered while it is read on. */
export class Mistakes {
  /** Names that something unreadable may have remembered: whoever refers to them makes no further mistake. */
  readonly doubtful = new Set<string>();
  readonly #found = new Map<string, Mistake>();
  #more = 0;

  note(mistake: Mistake): void {
    const { line, column, path, problem } = mistake;
    // What an alias stands for is read each time, and wrong once.
    const key = JSON.stringify(line === undefined ? [path, problem] : [line, column, problem]);
    if (this.#found.has(key)) return;
    if (this.#found.size < KEPT_MAX) this.#found.set(key, mistake);
    else this.#more += 1;
  }

  /** Nothing of this value was understood. */
  passOver(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, field] of Object.entries(value)) {
      this.doubtful.add(key);
      if (key === 'as') this.doubtful.add(String(field));
      this.passOver(field);
    }
  }

  /** @throws {Refusal | SeveralMistakes} when there is any */
  settle(): void {
    const found = [...this.#found.values()].sort(
      (one, two) => (one.line ?? 0) - (two.line ?? 0) || (one.column ?? 0) - (two.column ?? 0),
    );
    if (found.length > 1) throw new SeveralMistakes(found, this.#more);
    if (found[0] !== undefined) throw new Refusal(found[0]);
  }
}

/** @returns what `read` gives of each, if nothing is wrong with any @throws {WhitewaterError} USAGE with the mistakes of all */
export function readAll<Value>(files: readonly string[], read: (file: string) => Value): Value[] {
  const values: Value[] = [];
  const wrong: { readonly file: string; readonly error: WhitewaterError }[] = [];
  for (const file of files) {
    try {
      values.push(read(file));
    } catch (error) {
      if (!(error instanceof WhitewaterError) || error.code !== 'USAGE') throw error;
      wrong.push({ file, error });
    }
  }
  const [first, ...others] = wrong;
  if (first !== undefined && others.length === 0) throw first.error;
  if (first === undefined) return values;
  const lists = wrong.map(({ file, error }) => mistakesOf(error) ?? [{ file, path: '', problem: error.message }]);
  throw new SeveralMistakes(
    lists.flat(),
    wrong.reduce((sum, { error }) => sum + moreOf(error), 0),
  );
}

export function mistakesOf({ details }: WhitewaterError): readonly Mistake[] | undefined {
  return (details as { mistakes?: readonly Mistake[] } | undefined)?.mistakes;
}

export function moreOf({ details }: WhitewaterError): number {
  return (details as { more?: number } | undefined)?.more ?? 0;
}

function sentenceOf({ file, line, column, path, problem }: Mistake): string {
  const at = line === undefined ? '' : `:${line}:${column}`;
  return `${file}${at}: ${path === '' ? '' : `${path}: `}${problem}`;
}

function lineOf(mistake: Mistake): string {
  const { line, path, problem } = mistake;
  // What the parser of YAML says begins with its place.
  return oneLine(line === undefined ? `${path === '' ? '' : `${path}: `}${problem}` : sentenceOf(mistake));
}

function oneLine(text: string): string {
  return visible(text.replace(/\s*\n\s*/g, ' '));
}
