import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import type { Network } from '../../client/Network.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { JournalLine } from '../../shared/http/Journal.ts';

/** Writes all that the relay remembers of a cluster's journal. @throws {WhitewaterError} as `saveLines` does */
export async function saveJournal(network: Network, path: string): Promise<void> {
  await saveLines(network.journal(), path);
}

/** Writes each of them as a line of JSON. @throws {WhitewaterError} USAGE for a file that cannot be opened, OUTPUT_FAILED */
export async function saveLines(lines: AsyncIterable<JournalLine>, path: string): Promise<void> {
  const file = createWriteStream(path);
  try {
    await once(file, 'open');
  } catch (cause) {
    const message = `${path} cannot be written (${(cause as Error).message}); name another file`;
    throw new WhitewaterError('USAGE', message, { cause });
  }
  await pipeline(async function* () {
    for await (const line of lines) yield `${JSON.stringify(line)}\n`;
  }, file);
}
