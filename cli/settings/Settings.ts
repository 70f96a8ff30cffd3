import { WhitewaterError } from '../../shared/errors.ts';
import { flagOf, variableOf, type Setting } from './Setting.ts';

/** Where a value came from; the first of these that says something wins. */
export type Source = 'flag' | 'environment' | 'file' | 'default';
const RANK: readonly Source[] = ['flag', 'environment', 'file', 'default'];

export interface SettingSources {
  /** What the command line says, by the setting's name, as text. */
  readonly flags: ReadonlyMap<string, string>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What the configuration file says for this command, as text, and the file's path. */
  readonly file: { readonly path: string; readonly values: ReadonlyMap<string, string> } | undefined;
}

interface Resolved {
  readonly setting: Setting<unknown>;
  readonly value: unknown;
  readonly text: string;
  readonly source: Source;
  /** The place, for people. */
  readonly place: string;
}

/** The values of a command's settings: flags over environment over configuration file over defaults. */
export class Settings {
  /** By the setting's name: commands may describe one in words of their own. */
  readonly #resolved: ReadonlyMap<string, Resolved>;

  /** @throws {WhitewaterError} USAGE, naming the place of the first wrong value and what is legal */
  constructor(settings: readonly Setting<unknown>[], sources: SettingSources) {
    this.#resolved = new Map(settings.map((setting) => [setting.name, resolve(setting, sources)]));
  }

  get<Value>(setting: Setting<Value>): Value {
    return this.#of(setting).value as Value;
  }

  /** Where the value came from, for people, such as `--port`, `WHITEWATER_PORT` or `"port" in ./whitewater.json`. */
  sourceOf(setting: Setting<unknown>): string {
    return this.#of(setting).place;
  }

  isGiven(setting: Setting<unknown>): boolean {
    return this.#of(setting).source !== 'default';
  }

  /** Which of two settings was given in the stronger place; 0 when both were in the same one. */
  compare(one: Setting<unknown>, other: Setting<unknown>): number {
    return RANK.indexOf(this.#of(other).source) - RANK.indexOf(this.#of(one).source);
  }

  /** Every setting with its value as text and its place. */
  *describe(): Generator<{ setting: Setting<unknown>; text: string; place: string }> {
    for (const { setting, text, place, source } of this.#resolved.values()) {
      yield { setting, text: setting.secret === true && source !== 'default' ? '(hidden)' : text, place };
    }
  }

  #of(setting: Setting<unknown>): Resolved {
    const resolved = this.#resolved.get(setting.name);
    if (resolved === undefined) throw new Error(`the command does not declare the setting ${setting.name}`);
    return resolved;
  }
}

function resolve(setting: Setting<unknown>, { flags, environment, file }: SettingSources): Resolved {
  const flag = flags.get(setting.name);
  if (flag !== undefined) return read(setting, flag, 'flag', flagOf(setting));
  if (setting.flagOnly === true) return byDefault(setting);
  const variable = environment[variableOf(setting)];
  // An empty variable is how a shell or a service file says "not set".
  if (variable !== undefined && variable !== '') return read(setting, variable, 'environment', variableOf(setting));
  const fromFile = file?.values.get(setting.name);
  if (file !== undefined && fromFile !== undefined) {
    return read(setting, fromFile, 'file', `"${setting.name}" in ${file.path}`);
  }
  return byDefault(setting);
}

function byDefault(setting: Setting<unknown>): Resolved {
  return { setting, value: setting.fallback, text: setting.fallbackText, source: 'default', place: 'default' };
}

function read(setting: Setting<unknown>, text: string, source: Source, place: string): Resolved {
  try {
    return { setting, value: setting.parse(text), text, source, place };
  } catch (cause) {
    const isUsage = cause instanceof RangeError || (cause instanceof WhitewaterError && cause.code === 'USAGE');
    if (!isUsage) throw cause;
    throw new WhitewaterError('USAGE', `${place}: ${cause.message}`, { cause });
  }
}
