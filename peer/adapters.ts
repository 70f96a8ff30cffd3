import { WhitewaterError } from '../shared/errors.ts';
import type { Logger } from '../endpoint/ports/Logger.ts';
import type { FrameSigner } from '../endpoint/ports/FrameSigner.ts';
import type { OpenedStorage } from './ports/Storage.ts';
import type { PeerOptions } from './PeerOptions.ts';
import { foundersDiffer, sameVoters, type StoreOwner } from './storage/loadStore.ts';
import type { OpenSocket } from '../endpoint/transport/RelaySocket.ts';

// What needs Node is loaded when it is asked for, so that a browser never asks for it.

/** Opens the store that the options ask for. @throws {WhitewaterError} as `openDiskStorage` does */
export async function openStorage(
  choice: PeerOptions['storage'],
  owner: StoreOwner,
  logger: Logger,
): Promise<OpenedStorage> {
  if (choice === undefined || choice === 'memory') {
    logger.warn(
      `peer "${owner.id}" keeps its term and vote in memory: started again under its id it could vote twice in one term, and two ` +
        'leaders could be elected. Good for a trial; name a data directory for anything else',
    );
    const { openMemoryStorage } = await import('./storage/openMemoryStorage.ts');
    const { MemorySnapshotStore } = await import('./snapshots/MemorySnapshotStore.ts');
    return { ...(await openMemoryStorage(owner)), snapshots: new MemorySnapshotStore() };
  }
  if ('directory' in choice) {
    const { openDiskStorage } = await import('./storage/openDiskStorage.ts');
    const { DiskSnapshotStore } = await import('./snapshots/DiskSnapshotStore.ts');
    const opened = await openDiskStorage({ ...owner, directory: choice.directory, logger });
    try {
      // After the database is open, and so locked: now nobody else writes here.
      return { ...opened, snapshots: await DiskSnapshotStore.open(`${choice.directory}/snapshots`) };
    } catch (error) {
      await opened.storage.close();
      const { storeError } = await import('./storage/storeError.ts');
      throw storeError(error, choice.directory, owner.id);
    }
  }
  const { voters } = choice.stored.bootstrap;
  if (owner.voters === undefined || sameVoters(voters, owner.voters)) return choice;
  throw new WhitewaterError('MEMBERSHIP_DIFFERS', foundersDiffer('the given store', voters, owner.voters));
}

/** How this runtime makes a WebSocket. @throws {WhitewaterError} `USAGE` where there is no way */
export async function defaultOpenSocket(): Promise<OpenSocket> {
  if (isNode()) {
    const { openNodeWebSocket } = await import('../endpoint/transport/nodeWebSocket.ts');
    return openNodeWebSocket;
  }
  const { openBrowserWebSocket, globalWebSocket } = await import('../endpoint/transport/browserWebSocket.ts');
  const constructor = globalWebSocket();
  if (constructor !== undefined) return openBrowserWebSocket(constructor);
  throw new WhitewaterError('USAGE', 'this runtime has no WebSocket: give one with the option openSocket');
}

/**
 * What signs the frames of a cluster.
 * @throws {WhitewaterError} `USAGE` when the secret is too short, or there is nothing here that could sign with it
 */
export async function signerOf(secret: string | FrameSigner, cluster: string): Promise<FrameSigner> {
  if (typeof secret !== 'string') return secret;
  if (!isNode()) {
    throw new WhitewaterError(
      'USAGE',
      'only Node signs with a secret by itself: give as the option secret an adapter with the functions sign and isGenuine',
    );
  }
  const { nodeSigner } = await import('../endpoint/transport/nodeSigner.ts');
  return nodeSigner(secret, cluster);
}

/** The process's number, where there is a process. */
export function processId(): number | undefined {
  return isNode() ? process.pid : undefined;
}

function isNode(): boolean {
  return typeof process === 'object' && typeof process.versions.node === 'string';
}
