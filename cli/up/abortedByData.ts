import { storeDamaged } from '../../peer/storage/storeDamaged.ts';
import type { WhitewaterError } from '../../shared/errors.ts';

/**
 * LevelDB takes some damages of its tables for a defect of its own and aborts the whole process, which then cannot tell them.
 * @param how the process ended, such as `SIGABRT`
 */
export function abortedByData(directory: string, id: string, how: string): WhitewaterError {
  return storeDamaged(directory, id, `its database ended the process right at the start, and again (${how})`);
}
