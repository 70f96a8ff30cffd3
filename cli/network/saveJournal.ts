import { once } from 'node:events';
import type { Network } from '../../client/Network.ts';
import { closed, openFile } from './journal.ts';

/** Writes all that the relay remembers of a cluster's journal. @throws {WhitewaterError} USAGE when the file cannot be written */
export async function saveJournal(network: Network, path: string): Promise<void> {
  const file = await openFile(path);
  try {
    for await (const line of network.journal()) {
      if (!file.write(`${JSON.stringify(line)}\n`)) await once(file, 'drain');
    }
  } finally {
    await closed(file);
  }
}
