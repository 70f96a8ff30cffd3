import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** More than any configuration or token needs. */
const BYTES_MAX = 65_536;

/**
 * Reads a file that people wrote. Anything but a regular file is refused: a pipe may never end, and a device has no end.
 * @throws {Error} saying why not, with a `code` when the system says so
 */
export function readSmallFile(path: string): string {
  // Without it a pipe that nobody writes to would be waited for.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!fstatSync(descriptor).isFile()) throw new Error('it is not a regular file');
    const bytes = Buffer.alloc(BYTES_MAX + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(descriptor, bytes, length, bytes.length - length, null);
    }
    if (length > BYTES_MAX) throw new Error(`it is larger than ${BYTES_MAX} bytes`);
    return bytes.toString('utf8', 0, length);
  } finally {
    closeSync(descriptor);
  }
}
