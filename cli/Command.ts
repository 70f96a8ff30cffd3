import type { Setting } from './settings/Setting.ts';
import type { Settings } from './settings/Settings.ts';

export interface Argument {
  /** As in `--help`: `<groups>`, or `<peers...>` for one or more. */
  readonly name: string;
  readonly description: string;
}

export interface Example {
  readonly line: string;
  readonly what: string;
}

/** What a command is given to run with. */
export interface Invocation {
  readonly settings: Settings;
  readonly args: readonly string[];
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** One command, as the command line and `--help` show it. Defining it loads nothing of what it runs. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** What `--help` says before the flags. */
  readonly description: string;
  readonly args?: readonly Argument[];
  readonly settings: readonly Setting<unknown>[];
  readonly examples: readonly Example[];
  /**
   * @returns the exit code, when the command is done
   * @throws {WhitewaterError} whose code gives the exit code
   */
  run(invocation: Invocation): Promise<number>;
}
