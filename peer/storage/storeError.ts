import { WhitewaterError } from '../../shared/errors.ts';
import { DamagedRecord } from './records.ts';
import { storeDamaged } from './storeDamaged.ts';

/** What a user is told about a data directory that did not open. */
export function storeError(error: unknown, directory: string, id: string): WhitewaterError {
  if (error instanceof WhitewaterError) return error;
  const cause = innermost(error);
  const options = { cause: error, details: { directory } };
  if (cause instanceof DamagedRecord || isCorruption(cause)) {
    return storeDamaged(directory, id, cause.message, error);
  }
  if (codeOf(cause) === 'LEVEL_LOCKED') {
    return new WhitewaterError(
      'STORE_IN_USE',
      `the data directory ${directory} is open in another process: stop that one, or give each peer a directory of its own`,
      options,
    );
  }
  return new WhitewaterError(
    'STORE_UNREADABLE',
    `cannot open the data directory ${directory}: ${cause.message}. Check the path, its permissions and the free space`,
    options,
  );
}

/**
 * LevelDB's own finding, or a file of the database that is gone ("No such file") or cut short ("Invalid argument": LevelDB
 * read beyond its end).
 */
function isCorruption(error: Error): boolean {
  if (codeOf(error) === 'LEVEL_CORRUPTION') return true;
  return codeOf(error) === 'LEVEL_IO_ERROR' && /No such file|Invalid argument/.test(error.message);
}

/** abstract-level wraps what went wrong in "Database failed to open". */
function innermost(error: unknown): Error {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  return inner instanceof Error ? inner : new Error(String(inner));
}

function codeOf(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
