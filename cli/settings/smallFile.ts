import { readRegularFile } from '../../server/locks/regularFile.ts';

/** More than any configuration or token needs. */
const BYTES_MAX = 65_536;

/**
 * Reads a file that people wrote. Anything but a regular file is refused.
 * @throws {Error} saying why not, with a `code` when the system says so
 */
export function readSmallFile(path: string): string {
  return readRegularFile(path, BYTES_MAX).toString('utf8');
}
