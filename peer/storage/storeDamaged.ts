import { WhitewaterError } from '../../shared/errors.ts';

/**
 * What a user is told about a data directory that does not hold what was acknowledged.
 * @param what is wrong with it
 */
export function storeDamaged(directory: string, id: string, what: string, cause?: unknown): WhitewaterError {
  return new WhitewaterError(
    'STORE_DAMAGED',
    `the data directory ${directory} is damaged: ${what}. The newest vote of peer "${id}" may be lost, and without ` +
      `it "${id}" could vote twice in one term, so do not start it again on an empty directory or a backup while ` +
      'the others go on: replace it by a peer of another name. For a cluster that you can do without, ' +
      'stop all peers and delete all their directories',
    { cause, details: { directory } },
  );
}
