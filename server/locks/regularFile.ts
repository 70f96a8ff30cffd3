import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/**
 * Reads a file that people wrote. Anything but a regular file is refused: a pipe may never end, and a device has no end; whoever
 * reads at once and not bit by bit would stand still with them.
 * @param bytesMax more than any such file needs
 * @throws {Error} saying why not, with a `code` when the system says so
 */
export function readRegularFile(path: string, bytesMax: number): Buffer {
  // Without it a pipe that nobody writes to would be waited for.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!fstatSync(descriptor).isFile()) throw new Error('it is not a regular file');
    const bytes = Buffer.alloc(bytesMax + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(descriptor, bytes, length, bytes.length - length, null);
    }
    if (length > bytesMax) throw new Error(`it is larger than ${bytesMax} bytes`);
    return Buffer.from(bytes.subarray(0, length));
  } finally {
    closeSync(descriptor);
  }
}
