/**
 * One thing that can be set. Its name gives all four ways to say it: `electionTimeout` is the flag `--election-timeout`,
 * the environment variable `WHITEWATER_ELECTION_TIMEOUT`, the key `electionTimeout` of the configuration file, and it has
 * a default.
 */
export interface Setting<Value> {
  readonly name: string;
  readonly description: string;
  /** What stands behind the flag in `--help`, such as `<port>`; a switch has none. */
  readonly placeholder?: string;
  /** A list may be given by several flags, or by one with commas. */
  readonly list?: boolean;
  /** A switch whose default is on, or that a file may turn on: has a `--no-` flag too. */
  readonly negatable?: boolean;
  /**
   * Neither the environment nor a file may say it: a command would do something else than its name says, and nobody would have
   * asked for it there and then.
   */
  readonly flagOnly?: boolean;
  /** Never shown. */
  readonly secret?: boolean;
  /** @throws {RangeError | WhitewaterError} USAGE, saying what is legal */
  readonly parse: (text: string) => Value;
  readonly fallback: Value;
  /** The default as `--help` shows it. */
  readonly fallbackText: string;
}

export function flagOf(setting: Setting<unknown>): string {
  return `--${words(setting.name).join('-')}`;
}

export function variableOf(setting: Setting<unknown>): string {
  return `WHITEWATER_${words(setting.name).join('_').toUpperCase()}`;
}

function words(name: string): string[] {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).split(' ');
}
