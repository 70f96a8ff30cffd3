import { Buffer } from 'node:buffer';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import type { Logger } from '../../endpoint/ports/Logger.ts';
import type { OpenedStorage } from '../ports/Storage.ts';
import { isCode, makeDirectory, syncDirectories } from './directories.ts';
import type { StoreOwner } from './loadStore.ts';
import { openWitnessed, type WitnessPlace } from './openWitnessed.ts';
import { DamagedRecord } from './records.ts';
import { storeError } from './storeError.ts';
import { Witness } from './Witness.ts';

export interface DiskStorageOptions extends StoreOwner {
  /** Holds `database/` (LevelDB) and `witness`. Made if it is not there. One directory per peer. */
  readonly directory: string;
  readonly logger: Logger;
}

/**
 * Opens a peer's data directory, or makes it, and reads all of it.
 *
 * @throws {WhitewaterError} `STORE_UNREADABLE`, `STORE_IN_USE`, `STORE_DAMAGED`, `STORE_BELONGS_TO_ANOTHER`,
 *   `MEMBERSHIP_DIFFERS`; the store is closed again
 */
export async function openDiskStorage(options: DiskStorageOptions): Promise<OpenedStorage> {
  const { directory, id, logger } = options;
  const paths = { database: join(directory, 'database'), witness: join(directory, 'witness') };
  try {
    const uppermostMade = await makeDirectory(directory);
    await checkNotGone(paths.database, paths.witness);
    const database = new ClassicLevel(paths.database);
    await database.open();
    try {
      const where = `the data directory ${directory}`;
      const opened = await openWitnessed(database, options, where, witnessAt(paths.witness), logger);
      // Else a loss of power could take a new store whole, and its votes with it.
      await syncDirectories(directory, uppermostMade);
      return opened;
    } catch (error) {
      await database.close();
      throw error;
    }
  } catch (error) {
    throw storeError(error, directory, id);
  }
}

function witnessAt(path: string): WitnessPlace {
  return { name: path, read: () => readWitnessFile(path), open: (step) => Witness.open(path, step) };
}

/**
 * Refuses to make a new database in the place of one that was there: when a witness tells of it, or when files are left of it.
 * (A process that dies while LevelDB makes a new database leaves neither a log nor a table.)
 */
async function checkNotGone(databasePath: string, witnessPath: string): Promise<void> {
  const names = await readdir(databasePath).catch((error: unknown): string[] => {
    if (isCode(error, 'ENOENT')) return [];
    throw error;
  });
  if (names.includes('CURRENT')) return;
  if (names.some((name) => /\.(?:log|ldb|sst)$/.test(name))) {
    throw new DamagedRecord('database/CURRENT is missing, although the database has content');
  }
  if ((await readWitnessFile(witnessPath)) !== undefined) {
    throw new DamagedRecord('the database is gone, although something was acknowledged');
  }
}

/** More than a witness has: what is longer is torn, and need not be read to see that. */
const WITNESS_BYTES_READ = 64;

/** @returns undefined when there is none */
async function readWitnessFile(path: string): Promise<string | undefined> {
  try {
    // Before it is opened: a pipe would be waited for.
    if (!(await stat(path)).isFile()) throw new Error(`the witness ${path} is not a regular file`);
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(WITNESS_BYTES_READ), 0, WITNESS_BYTES_READ, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
