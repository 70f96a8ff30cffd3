import { WhitewaterError } from '../../shared/errors.ts';
import { nearest } from '../../shared/nearest.ts';
import type { Locate } from '../parse/document.ts';
import { parseTimeMs } from '../../client/scenario/duration.ts';
import { Refusal, type Mistake, type Mistakes } from './Mistakes.ts';

/** The file that a place is in. */
export interface Source {
  readonly file: string;
  readonly locate: Locate;
  readonly mistakes: Mistakes;
}

/** A value of a scenario and where it stands, for errors that name the place and what is legal there. */
export class Place {
  readonly value: unknown;
  /** Names of fields and numbers of list items, from the whole to here. */
  readonly #steps: readonly (string | number)[];
  readonly #source: Source;
  /** A field of it is unknown, so what it lacks as a whole may be in that field. */
  #isDoubtful = false;

  constructor(value: unknown, source: Source, steps: readonly (string | number)[] = []) {
    this.value = value;
    this.#source = source;
    this.#steps = steps;
  }

  /** The file that it stands in. */
  get file(): string {
    return this.#source.file;
  }

  /** Such as `steps[3].do.rule.delay`; empty for the whole. */
  get path(): string {
    return this.#steps
      .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
      .join('')
      .replace(/^\./, '');
  }

  refuse(problem: string): never {
    throw new Refusal(this.#isDoubtful ? undefined : this.#mistake(problem));
  }

  /** Something is wrong that does not keep the rest from being read. */
  note(problem: string): void {
    this.#source.mistakes.note(this.#mistake(problem));
  }

  /** Reads on after a mistake, which is noted. @returns undefined when there was one */
  attempt<Value>(read: (place: this) => Value): Value | undefined {
    const { mistakes } = this.#source;
    try {
      return read(this);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.mistake !== undefined) mistakes.note(error.mistake);
      mistakes.passOver(this.value);
      return undefined;
    }
  }

  #mistake(problem: string, steps = this.#steps, isOfKey = false): Mistake {
    const { file, locate } = this.#source;
    return { file, ...locate(steps, isOfKey), path: this.path, problem };
  }

  /** Runs something that throws a RangeError, or USAGE, for a wrong value. */
  guard<Value>(read: () => Value): Value {
    try {
      return read();
    } catch (error) {
      if (error instanceof Refusal) throw error;
      const isUsage = error instanceof RangeError || (error instanceof WhitewaterError && error.exitCode === 2);
      if (isUsage) return this.refuse(error.message);
      throw error;
    }
  }

  /** The fields of a mapping that has no others than these. */
  fields<Name extends string>(names: readonly Name[], what = 'a mapping'): Fields<Name> {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      const given = value === null ? 'what is empty' : shown(value);
      return this.refuse(`${given} is not ${what} of ${names.join(', ')}`);
    }
    const unknown = Object.keys(value).filter((key) => !(names as readonly string[]).includes(key));
    for (const key of unknown) this.#noteUnknown(key, names);
    const at = (name: string): Place => this.at(name, (value as Record<string, unknown>)[name]);
    const missing = (name: Name): never => {
      if (unknown.some((key) => nearest(key, names) === name)) throw new Refusal(undefined);
      throw new Refusal(this.#mistake(`${name} is missing`));
    };
    return {
      has: (name) => Object.hasOwn(value, name),
      get: (name) => (Object.hasOwn(value, name) ? at(name) : undefined),
      need: (name) => (Object.hasOwn(value, name) ? at(name) : missing(name)),
    };
  }

  #noteUnknown(key: string, names: readonly string[]): void {
    const { mistakes } = this.#source;
    const near = nearest(key, names);
    const meant = near === undefined ? '' : `did you mean ${near}? `;
    const value = (this.value as Record<string, unknown>)[key];
    // Within braces a comma ends a value: { partition: p1,p2 | p3 } has a field called "p2 | p3", with nothing in it.
    const torn =
      value === null && near === undefined ? "write a text that holds commas in quotes, such as 'p1,p2 | p3'; " : '';
    const problem = `${JSON.stringify(key)} is unknown; ${meant}${torn}legal: ${names.join(', ')}`;
    mistakes.note(this.#mistake(problem, [...this.#steps, key], true));
    mistakes.passOver(value);
    this.#isDoubtful = true;
  }

  get isMapping(): boolean {
    return typeof this.value === 'object' && this.value !== null && !Array.isArray(this.value);
  }

  get isList(): boolean {
    return Array.isArray(this.value);
  }

  /** The entries of a mapping whose keys are names of the user's. */
  entries(what: string): [name: string, place: Place][] {
    if (!this.isMapping) return this.refuse(`${shown(this.value)} is not ${what}`);
    return Object.entries(this.value as object).map(([name, value]) => [name, this.at(name, value)]);
  }

  list(what: string): Place[] {
    if (!Array.isArray(this.value)) return this.refuse(`${shown(this.value)} is not ${what}`);
    return this.value.map((value, index) => this.at(index, value));
  }

  /** A list, or one thing in place of it. */
  several(): Place[] {
    return this.isList ? this.list('a list') : [this];
  }

  /** A text; a number or a truth value as it is written. */
  text(what = 'a text'): string {
    const { value } = this;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    return typeof value === 'string' && value.trim() !== ''
      ? value.trim()
      : this.refuse(`${shown(value)} is not ${what}`);
  }

  /** A text as it is, blanks at its ends too; a number or a truth value as it is written. */
  bareText(what: string): string {
    return typeof this.value === 'string' ? this.value : this.text(what);
  }

  wholeNumber(least: number, most: number): number {
    const { value } = this;
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    return this.refuse(`${shown(value)} is not a whole number from ${least} to ${most}`);
  }

  truth(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.refuse(`${shown(this.value)} is neither true nor false`);
  }

  choice<Choice extends string>(choices: readonly Choice[]): Choice {
    const choice = choices.find((known) => known === this.value);
    return choice ?? this.refuse(`${shown(this.value)} is none of ${choices.join(', ')}`);
  }

  /** With its unit, so that nobody means seconds. @returns milliseconds */
  durationMs(): number {
    return this.guard(() => parseTimeMs(this.text('a duration, such as 500ms or 2s')));
  }

  at(step: string | number, value: unknown): Place {
    return new Place(value, this.#source, [...this.#steps, step]);
  }

  /** Another value at the same place, such as a name that is a key. */
  with(value: unknown): Place {
    return new Place(value, this.#source, this.#steps);
  }
}

export interface Fields<Name extends string> {
  has(name: Name): boolean;
  get(name: Name): Place | undefined;
  need(name: Name): Place;
}

export function shown(value: unknown): string {
  // JSON has no word for .inf and .nan.
  const isNumber = typeof value === 'number';
  const text = value === undefined ? 'nothing' : isNumber ? String(value) : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
