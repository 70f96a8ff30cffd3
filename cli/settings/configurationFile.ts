import { resolve } from 'node:path';
import { WhitewaterError } from '../../shared/errors.ts';
import { nearest } from '../../shared/nearest.ts';
import { readSmallFile } from './smallFile.ts';

export const CONFIGURATION_FILE_DEFAULT = 'whitewater.json';

export interface ConfigurationFile {
  readonly path: string;
  readonly values: ReadonlyMap<string, string>;
}

interface Question {
  /** The file that was asked for; `none` for none. Without it `whitewater.json` is read where there is one. */
  readonly path: string | undefined;
  readonly folder: string;
  /** The command whose own section, such as `"up": {...}`, goes before the keys at the top. */
  readonly command: string;
  /** Every key that some command knows, and every command. */
  readonly keys: ReadonlySet<string>;
  readonly commands: ReadonlySet<string>;
}

/** @throws {WhitewaterError} USAGE when the file cannot be read, is not JSON, or has an unknown key */
export function readConfigurationFile(question: Question): ConfigurationFile | undefined {
  if (question.path === 'none') return undefined;
  const path = question.path ?? CONFIGURATION_FILE_DEFAULT;
  const text = readText(resolve(question.folder, path), path, question.path !== undefined);
  if (text === undefined) return undefined;
  const sections = parseObject(text, path);
  const values = new Map<string, string>();
  for (const [key, value] of Object.entries(sections)) {
    if (question.commands.has(key) && isObject(value)) continue;
    values.set(key, textOf(value, known(key, path, question), path));
  }
  const section = sections[question.command];
  if (isObject(section)) {
    for (const [key, value] of Object.entries(section)) {
      values.set(key, textOf(value, known(key, path, question), path));
    }
  }
  return { path, values };
}

function readText(absolute: string, path: string, asked: boolean): string | undefined {
  try {
    return readSmallFile(absolute);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' && !asked) return undefined;
    const why = code === 'ENOENT' ? 'it does not exist' : (cause as Error).message;
    throw wrong(path, `cannot be read (${why}); give another with --config, or --config none`, cause);
  }
}

function parseObject(text: string, path: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw wrong(path, `is not JSON (${(cause as Error).message.replace(/\s+/g, ' ')}); mend it`, cause);
  }
  if (!isObject(value)) throw wrong(path, 'does not hold a JSON object; write {"port": 7171} or the like');
  return value;
}

function known(key: string, path: string, { keys }: Question): string {
  if (keys.has(key)) return key;
  const near = nearest(key, [...keys]);
  const hint = near === undefined ? `keys are named as in "whitewater up --help"` : `did you mean "${near}"?`;
  throw wrong(path, `has an unknown key, ${JSON.stringify(key)}; ${hint}`);
}

function textOf(value: unknown, key: string, path: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(',');
  throw wrong(path, `has a wrong value for "${key}"; give a string, a number, true, false, or a list of strings`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(path: string, message: string, cause?: unknown): WhitewaterError {
  return new WhitewaterError('USAGE', `the configuration file ${path} ${message}`, { cause });
}
