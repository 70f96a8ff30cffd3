import { WhitewaterError } from '../../shared/errors.ts';
import { nearest } from '../../shared/nearest.ts';
import { parseTimeMs } from '../parse/duration.ts';

/** A value of a scenario and where it stands, for errors that name the place and what is legal there. */
export class Place {
  readonly value: unknown;
  /** Such as `steps[3].do.rule.delay`; empty for the whole. */
  readonly path: string;
  readonly #file: string;

  constructor(value: unknown, file: string, path = '') {
    this.value = value;
    this.path = path;
    this.#file = file;
  }

  refuse(problem: string): never {
    throw new WhitewaterError('USAGE', `${this.#file}: ${this.path === '' ? '' : `${this.path}: `}${problem}`);
  }

  /** Runs something that throws a RangeError, or USAGE, for a wrong value. */
  guard<Value>(read: () => Value): Value {
    try {
      return read();
    } catch (error) {
      const isUsage = error instanceof RangeError || (error instanceof WhitewaterError && error.exitCode === 2);
      if (isUsage) return this.refuse(error.message);
      throw error;
    }
  }

  /** The fields of a mapping that has no others than these. */
  fields<Name extends string>(names: readonly Name[], what = 'a mapping'): Fields<Name> {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return this.refuse(`${shown(value)} is not ${what} of ${names.join(', ')}`);
    }
    const unknown = Object.keys(value).find((key) => !(names as readonly string[]).includes(key));
    if (unknown !== undefined) {
      const near = nearest(unknown, names);
      const meant = near === undefined ? '' : `did you mean ${near}? `;
      this.refuse(`${JSON.stringify(unknown)} is unknown; ${meant}legal: ${names.join(', ')}`);
    }
    const at = (name: string): Place =>
      this.at(`${this.path === '' ? '' : '.'}${name}`, (value as Record<string, unknown>)[name]);
    return {
      has: (name) => Object.hasOwn(value, name),
      get: (name) => (Object.hasOwn(value, name) ? at(name) : undefined),
      need: (name) => (Object.hasOwn(value, name) ? at(name) : this.refuse(`${name} is missing`)),
    };
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
    return Object.entries(this.value as object).map(([name, value]) => [name, this.at(`.${name}`, value)]);
  }

  list(what: string): Place[] {
    if (!Array.isArray(this.value)) return this.refuse(`${shown(this.value)} is not ${what}`);
    return this.value.map((value, index) => this.at(`[${index}]`, value));
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
    return this.guard(() => unitDurationMs(this.text('a duration, such as 500ms or 2s')));
  }

  at(step: string, value: unknown): Place {
    return new Place(value, this.#file, `${this.path}${step}`);
  }
}

export interface Fields<Name extends string> {
  has(name: Name): boolean;
  get(name: Name): Place | undefined;
  need(name: Name): Place;
}

/** @throws {RangeError} for one without a unit too */
export function unitDurationMs(text: string): number {
  return parseTimeMs(text);
}

export function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
