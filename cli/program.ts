import { Command as Commander, CommanderError, Option } from 'commander';
import { WhitewaterError } from '../shared/errors.ts';
import { VERSION } from '../shared/version.ts';
import type { Command } from './Command.ts';
import { commandMeant, flagMeant } from './foreignWords.ts';
import { readConfigurationFile } from './settings/configurationFile.ts';
import { flagOf, variableOf, type Setting } from './settings/Setting.ts';
import { Settings } from './settings/Settings.ts';
import { describeSettings } from './settings/describeSettings.ts';

export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/**
 * Reads the command line, finds the values of all settings, and runs the command.
 * @param words what was typed after `whitewater`
 * @returns the exit code
 * @throws {WhitewaterError} USAGE, or what the command throws
 */
export async function runProgram(
  commands: readonly Command[],
  words: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  let exitCode = 0;
  const program = emptyProgram(surroundings);
  for (const command of commands) {
    const sub = declare(program, command);
    sub.action(async () => {
      const settings = settingsOf(command, commands, sub, surroundings);
      if (sub.getOptionValue(SHOW_SETTINGS) === true) {
        surroundings.stdout.write(describeSettings(settings));
        return;
      }
      const { stdout, stderr } = surroundings;
      exitCode = await command.run({ settings, args: sub.args, stdout, stderr });
    });
  }
  try {
    if (words.length === 0) {
      surroundings.stderr.write(program.helpInformation());
      return new WhitewaterError('USAGE', 'no command').exitCode;
    }
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    throw usageError(error, program, words);
  }
  return exitCode;
}

const CONFIG = 'config';
const SHOW_SETTINGS = 'showSettings';

function emptyProgram({ stdout, stderr }: Surroundings): Commander {
  return new Commander('whitewater')
    .description('Raft over WebSockets through a relay that misbehaves on command.')
    .version(`whitewater ${VERSION}`, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help; "whitewater COMMAND --help" tells more')
    .helpCommand('help [command]', 'print this help, or that of a command')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      // Errors become one line, elsewhere.
      writeErr: (text) => stderr.write(text),
      outputError: () => undefined,
      getOutHelpWidth: () => (stdout.isTTY ? stdout.columns : 100),
    })
    .addHelpText(
      'after',
      `
Try it:
  $ whitewater up                                 a relay and five peers, with a live table
  $ whitewater partition "p1,p2|p3,p4,p5"         in another shell: cut the network in two
  $ whitewater heal                               and make it whole again

Every flag can be given as an environment variable too (WHITEWATER_PORT for --port), or in the JSON file
whitewater.json of the current folder ({"port": 7171}). Flags win over variables, variables over the file.`,
    );
}

function declare(program: Commander, command: Command): Commander {
  const sub = program.command(command.name).summary(command.summary).description(command.description);
  sub.helpOption('-h, --help', 'print this help').allowExcessArguments(false);
  for (const { name, description } of command.args ?? []) sub.argument(name, description);
  for (const setting of command.settings) addOptions(sub, setting);
  sub.option(
    '--config <file>',
    `read settings from this JSON file, or from none ${defaultsText('whitewater.json, where there is one', 'WHITEWATER_CONFIG')}`,
  );
  sub.option('--show-settings', 'print every setting with its value and where that came from, and do nothing else');
  sub.addHelpText('after', examplesText(command));
  return sub;
}

function addOptions(sub: Commander, setting: Setting<unknown>): void {
  const flag = flagOf(setting);
  const description = `${setting.description} ${defaultsText(setting.fallbackText, setting.flagOnly === true ? undefined : variableOf(setting))}`;
  const option = new Option(setting.placeholder === undefined ? flag : `${flag} ${setting.placeholder}`, description);
  if (setting.list === true) {
    option.argParser((text: string, previous: string | undefined) =>
      previous === undefined ? text : `${previous},${text}`,
    );
  }
  sub.addOption(option);
  if (setting.negatable === true) sub.addOption(new Option(flag.replace('--', '--no-'), 'the opposite'));
}

function defaultsText(fallback: string, variable: string | undefined): string {
  return variable === undefined ? `(default: ${fallback})` : `(default: ${fallback}; ${variable})`;
}

function examplesText({ examples }: Command): string {
  const width = Math.max(...examples.map(({ line }) => line.length));
  return ['', 'Examples:', ...examples.map(({ line, what }) => `  $ ${line.padEnd(width)}   ${what}`)].join('\n');
}

function settingsOf(
  command: Command,
  commands: readonly Command[],
  sub: Commander,
  { environment, folder }: Surroundings,
): Settings {
  const flags = new Map<string, string>();
  for (const setting of command.settings) {
    const value: unknown = sub.getOptionValue(setting.name);
    if (typeof value === 'string' || typeof value === 'boolean') flags.set(setting.name, String(value));
  }
  const path: unknown = sub.getOptionValue(CONFIG);
  const file = readConfigurationFile({
    path: typeof path === 'string' ? path : environment['WHITEWATER_CONFIG'] || undefined,
    folder,
    command: command.name,
    keys: new Set(commands.flatMap(({ settings }) => settings.map(({ name }) => name))),
    commands: new Set(commands.map(({ name }) => name)),
  });
  return new Settings(command.settings, { flags, environment, file });
}

/** Commander's error as one line that says where to read on. */
function usageError(error: CommanderError, program: Commander, words: readonly string[]): WhitewaterError {
  const command = program.commands.find((sub) => sub.name() === words[0]);
  const help = command === undefined ? 'whitewater --help' : `whitewater ${command.name()} --help`;
  const [problem = '', suggestion] = error.message
    .replace(/^error: /, '')
    .split('\n')
    .map((line) => line.replace(/\.$/, ''));
  const strange = /^unknown (?:command|option) '(.*)'$/.exec(problem)?.[1] ?? '';
  const foreign =
    command === undefined
      ? commandMeant(strange)
      : flagMeant(
          strange,
          command.options.map(({ long }) => long ?? ''),
        );
  const meant = foreign ?? /Did you mean (?:one of )?(.*)\?/.exec(suggestion ?? '')?.[1];
  const next = meant === undefined ? `${quoteHint(problem)}see ${help}` : `did you mean ${meant}? See ${help}`;
  return new WhitewaterError('USAGE', `${problem}; ${next}`, { cause: error });
}

/** A shell puts the names of all files in the place of a bare *. */
function quoteHint(problem: string): string {
  return problem.startsWith('too many arguments') ? 'write * and what has blanks in quotes, such as "*"; ' : '';
}
