import { mkdir, open, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Makes a directory and those above it, where they are missing. Several processes may make the same ones at the same time, as the
 * peers do that `up` starts.
 *
 * Not `mkdir` with `recursive`: that goes round for ever below a file system that makes no directories, such as /proc.
 * @returns the uppermost directory that was missing; undefined when all were there
 */
export async function makeDirectory(path: string): Promise<string | undefined> {
  const above = dirname(path);
  try {
    return (await makeOne(path)) ? path : undefined;
  } catch (error) {
    if (!isCode(error, 'ENOENT') || above === path) throw error;
  }
  const uppermost = await makeDirectory(above);
  await makeOne(path);
  // Where the one above is there by now, another process made it, and may not have made it durable.
  return uppermost ?? above;
}

/** @returns false when it was there */
async function makeOne(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST') && (await stat(path)).isDirectory()) return false;
    throw error;
  }
}

/** Makes it durable that a directory exists, up to the one above the uppermost that was made. */
export async function syncDirectories(directory: string, uppermostMade: string | undefined): Promise<void> {
  // Windows refuses to open a directory as a file, and needs no such thing.
  if (process.platform === 'win32') return;
  const top = resolve(uppermostMade === undefined ? directory : dirname(uppermostMade));
  for (let path = resolve(directory); ; path = dirname(path)) {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (path === top || path === dirname(path)) return;
  }
}

export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
