import { WhitewaterError } from '../../shared/errors.ts';
import type { Settings } from './Settings.ts';
import { readSmallFile } from './smallFile.ts';
import { TOKEN, TOKEN_FILE } from './sharedSettings.ts';

/**
 * The token, said outright or in a file; of the two, the one that was given in the stronger place.
 * @throws {WhitewaterError} USAGE when both were given in one place, or the file gives none
 */
export function tokenOf(settings: Settings): string | undefined {
  const token = settings.get(TOKEN);
  const file = settings.get(TOKEN_FILE);
  if (file === undefined) return token === undefined ? undefined : checked(token, settings.sourceOf(TOKEN));
  if (token !== undefined) {
    const stronger = settings.compare(TOKEN, TOKEN_FILE);
    if (stronger > 0) return checked(token, settings.sourceOf(TOKEN));
    if (stronger === 0) {
      const places = `${settings.sourceOf(TOKEN)} and ${settings.sourceOf(TOKEN_FILE)}`;
      throw new WhitewaterError('USAGE', `both ${places} give a token; give one of them`);
    }
  }
  return readToken(file, settings.sourceOf(TOKEN_FILE));
}

function readToken(path: string, place: string): string {
  let text: string;
  try {
    text = readSmallFile(path).trim();
  } catch (cause) {
    const why = (cause as Error).message;
    throw new WhitewaterError('USAGE', `${place}: the file cannot be read (${why}); name a readable file`, { cause });
  }
  if (text === '') throw new WhitewaterError('USAGE', `${place}: ${path} is empty; write the token into it`);
  return checked(text, place);
}

/** It travels in an HTTP header, which neither blanks nor letters beyond ASCII survive. */
function checked(token: string, place: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new WhitewaterError('USAGE', `${place}: the token holds white space or letters beyond ASCII; choose another`);
}
