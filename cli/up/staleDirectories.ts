import { lstatSync, readdirSync, readlinkSync, rmSync, type Stats } from 'node:fs';
import { join } from 'node:path';

/** The children of an `up` that was killed need a moment to end; they take most of it away themselves. */
const AGE_MS_MIN = 60_000;

const UNKNOWN = 'any';

/**
 * What a temporary directory's name begins with: who made it. A process id means something only to processes that count them
 * alike, and containers may share a directory for temporary files, so where the system tells who they are, the name does too.
 */
export function temporaryPrefix(processId: number): string {
  return `whitewater-${processSpace()}-${processId}-`;
}

/**
 * Removes what an `up` left that was killed before its peers ran. Leaves alone what may still be in use: of a process that
 * lives, of another user, of another container, and of the last minute.
 */
export function removeStaleDirectories(folder: string, nowMs: number): void {
  const space = processSpace();
  if (space === UNKNOWN) return;
  const pattern = new RegExp(`^whitewater-${space}-(\\d+)-\\w{6}$`);
  for (const name of namesIn(folder)) {
    const [, processId] = pattern.exec(name) ?? [];
    if (processId === undefined || isAlive(Number(processId))) continue;
    const path = join(folder, name);
    try {
      if (isOurs(lstatSync(path), nowMs)) rmSync(path, { recursive: true, force: true });
    } catch {
      // Somebody else removes it, or may not be hindered.
    }
  }
}

/** None where the folder may be written to and not be listed. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The number of the system's process space (Linux). */
function processSpace(): string {
  try {
    return /\[(\d+)\]/.exec(readlinkSync('/proc/self/ns/pid'))?.[1] ?? UNKNOWN;
  } catch {
    return UNKNOWN;
  }
}

function isOurs(status: Stats, nowMs: number): boolean {
  return status.isDirectory() && status.uid === process.getuid?.() && nowMs - status.mtimeMs >= AGE_MS_MIN;
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
