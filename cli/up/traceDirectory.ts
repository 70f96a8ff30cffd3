import { makeDirectory } from '../../peer/storage/directories.ts';
import { WhitewaterError } from '../../shared/errors.ts';

/** @throws {WhitewaterError} USAGE when it cannot be made */
export async function makeTraceDirectory(path: string): Promise<void> {
  try {
    await makeDirectory(path);
  } catch (cause) {
    const message = `the trace directory cannot be made (${(cause as Error).message}); name another`;
    throw new WhitewaterError('USAGE', message, { cause });
  }
}
