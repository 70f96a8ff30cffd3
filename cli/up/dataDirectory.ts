import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeDirectory } from '../../peer/storage/directories.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import { removeStaleDirectories, temporaryPrefix } from './staleDirectories.ts';

export interface DataDirectory {
  readonly path: string;
  readonly isTemporary: boolean;
  /** Removes a temporary one; keeps any other. */
  release(): void;
}

/**
 * Where the peers of `up` keep their votes: always on disk, because a peer that forgot its vote and is started again under
 * its old name could vote twice in one term.
 * @throws {WhitewaterError} STORE_UNREADABLE when it cannot be made
 */
export async function openDataDirectory(path: string | undefined): Promise<DataDirectory> {
  try {
    if (path !== undefined) {
      await makeDirectory(path);
      return { path, isTemporary: false, release: () => undefined };
    }
    removeStaleDirectories(tmpdir(), Date.now());
    const temporary = mkdtempSync(join(tmpdir(), temporaryPrefix(process.pid)));
    const release = (): void => rmSync(temporary, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
    return { path: temporary, isTemporary: true, release };
  } catch (cause) {
    const message = `the data directory cannot be made (${(cause as Error).message}); name another with --data`;
    throw new WhitewaterError('STORE_UNREADABLE', message, { cause });
  }
}
