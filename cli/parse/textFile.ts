import { readFileSync, statSync } from 'node:fs';
import { WhitewaterError } from '../../shared/errors.ts';

/** More than any scenario or set of rules needs, samples of delays included. */
const BYTES_MAX = 1_048_576;

/** The whole of a file. @throws {WhitewaterError} USAGE */
export function readText(path: string): string {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw new Error('it is not a regular file');
    if (stat.size > BYTES_MAX) throw new Error(`it is larger than ${BYTES_MAX} bytes`);
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new WhitewaterError('USAGE', `${path} cannot be read (${(cause as Error).message}); name a readable file`, {
      cause,
    });
  }
}
