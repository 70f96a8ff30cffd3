import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory } from '../../peer/storage/directories.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { PeerId } from '../../shared/ids.ts';
import { isId } from '../../shared/legalId.ts';

/** No peer can have this name, and with it this directory. */
const FILE = '@founders.json';

/**
 * Remembers with which peers a cluster begins in a data directory, so that it is not begun again with others. Those that are new would
 * found a cluster of their own there before those that are old could refuse.
 * @param directory of all peers of the cluster
 * @throws {WhitewaterError} MEMBERSHIP_DIFFERS when it was begun with others; STORE_UNREADABLE
 */
export async function rememberFounders(directory: string, peers: readonly PeerId[]): Promise<void> {
  try {
    await makeDirectory(directory);
    const found = await foundersIn(directory);
    if (found !== undefined && found.join() === inOrder(peers).join()) return;
    if (found !== undefined && (await hasPeers(directory))) throw differs(directory, found, peers);
    const path = join(directory, FILE);
    await writeFile(`${path}.next`, `${JSON.stringify({ peers: inOrder(peers) })}\n`);
    await rename(`${path}.next`, path);
  } catch (cause) {
    if (cause instanceof WhitewaterError) throw cause;
    const message = `the data directory ${directory} cannot be used (${(cause as Error).message}); name another with --data`;
    throw new WhitewaterError('STORE_UNREADABLE', message, { cause });
  }
}

/** @returns undefined when nobody wrote it down, or what is there cannot be read: then each peer looks after itself */
async function foundersIn(directory: string): Promise<string[] | undefined> {
  try {
    const { peers } = JSON.parse(await readFile(join(directory, FILE), 'utf8')) as { readonly peers?: unknown };
    const isList = Array.isArray(peers) && peers.length > 0 && peers.every((id) => typeof id === 'string' && isId(id));
    return isList ? inOrder(peers as string[]) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether any peer has been there: a run that failed before leaves none. */
async function hasPeers(directory: string): Promise<boolean> {
  const entries = await readdir(directory, { withFileTypes: true });
  return entries.some((entry) => entry.isDirectory() && isId(entry.name));
}

function inOrder(peers: readonly string[]): string[] {
  return [...new Set(peers)].sort();
}

function differs(directory: string, found: readonly string[], given: readonly string[]): WhitewaterError {
  const message =
    `the cluster in ${directory} was begun with the peers ${found.join(', ')}, not with ${given.join(', ')}: start it with ` +
    `--peers ${found.join(',')}, and change its members while it runs (whitewater member); or name another directory with --data`;
  return new WhitewaterError('MEMBERSHIP_DIFFERS', message, { details: { found, given } });
}
