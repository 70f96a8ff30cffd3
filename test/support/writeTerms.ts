/**
 * A process to be killed: opens the store in the directory that its argument names and writes one term and one entry after the
 * other; prints each term once it is acknowledged.
 */
import { writeSync } from 'node:fs';
import { SILENT_LOGGER } from '../../endpoint/ports/Logger.ts';
import { openDiskStorage } from '../../peer/storage/openDiskStorage.ts';
import { OWNER, write } from '../contract/storage.contract.ts';

const directory = process.argv[2];
if (directory === undefined) throw new Error('name a directory');

const { storage, stored } = await openDiskStorage({ ...OWNER, directory, logger: SILENT_LOGGER });
for (let term = stored.hardState.currentTerm + 1; ; term += 1) {
  await write(storage, [
    { type: 'setHardState', hardState: { currentTerm: term, votedFor: null } },
    { type: 'append', firstIndex: term, entries: [{ term, type: 'command', command: 'x'.repeat(1000) }] },
  ]);
  writeSync(1, `${term}\n`);
}
