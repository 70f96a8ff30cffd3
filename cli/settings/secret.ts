import { checkSecret } from '../../shared/signing.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { Settings } from './Settings.ts';
import { SECRET_FILE } from './sharedSettings.ts';
import { readSmallFile } from './smallFile.ts';
import { warnIfReadable } from './tokensFile.ts';

/**
 * The secret of a cluster, from its file; blanks around it do not count.
 * @param warn is told when others on this machine can read it
 * @throws {WhitewaterError} USAGE
 */
export function secretOf(settings: Settings, warn: (message: string) => void): string | undefined {
  const path = settings.get(SECRET_FILE);
  if (path === undefined) return undefined;
  let secret: string;
  try {
    secret = readSmallFile(path).trim();
    checkSecret(secret);
  } catch (cause) {
    const place = `${settings.sourceOf(SECRET_FILE)}: ${path}`;
    throw new WhitewaterError('USAGE', `${place}: ${(cause as Error).message}; "openssl rand -hex 32" makes one`, {
      cause,
    });
  }
  warnIfReadable(path, warn);
  return secret;
}
