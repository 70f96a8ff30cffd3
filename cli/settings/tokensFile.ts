import { statSync } from 'node:fs';
import { readTokens, type Tokens } from '../../server/locks/tokens.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import { readSmallFile } from './smallFile.ts';
import type { Settings } from './Settings.ts';
import { TOKENS_FILE } from './relaySettings.ts';

/**
 * The tokens of several roles, from their file.
 * @param warn is told when others on this machine can read it
 * @throws {WhitewaterError} USAGE, naming the file, the place in it, and what is legal there; never a token
 */
export function tokensOf(settings: Settings, warn: (message: string) => void): Tokens | undefined {
  const path = settings.get(TOKENS_FILE);
  if (path === undefined) return undefined;
  const place = settings.sourceOf(TOKENS_FILE);
  const tokens = parse(readText(path, place), path, place);
  try {
    readTokens(tokens);
  } catch (cause) {
    throw new WhitewaterError('USAGE', `${place}: in ${path}, ${(cause as Error).message}`, { cause });
  }
  warnIfReadable(path, warn);
  return tokens as Tokens;
}

/** Says so when others on this machine can read a file of secrets. */
export function warnIfReadable(path: string, warn: (message: string) => void): void {
  const { mode } = statSync(path);
  if ((mode & 0o044) === 0) return;
  const rights = (mode & 0o777).toString(8).padStart(3, '0');
  warn(`others on this machine can read ${path} (mode ${rights}), which holds secrets: chmod 600 ${path}`);
}

function readText(path: string, place: string): string {
  try {
    return readSmallFile(path);
  } catch (cause) {
    const why = (cause as Error).message;
    throw new WhitewaterError('USAGE', `${place}: the file cannot be read (${why}); name a readable file`, { cause });
  }
}

/** What the parser says of bad JSON quotes it, so it is not told. */
function parse(text: string, path: string, place: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new WhitewaterError('USAGE', `${place}: ${path} is not JSON; write {"admin": ["..."]} or the like`);
  }
}
