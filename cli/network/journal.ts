import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { JournalOptions } from '../../client/JournalOptions.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { Invocation } from '../Command.ts';
import { stopRequested } from '../process/shutdown.ts';
import { AFTER_LINE, FOLLOW, KINDS, LINES_MAX, OUTPUT } from '../settings/networkSettings.ts';
import type { Settings } from '../settings/Settings.ts';
import { networkAccess } from './networkAccess.ts';

/** Prints the lines of a cluster's journal, one JSON object each. */
export async function printJournal(invocation: Invocation): Promise<number> {
  const { settings, stdout } = invocation;
  const { routes } = await networkAccess(invocation);
  const ending = new AbortController();
  if (settings.get(FOLLOW)) void stopRequested(() => process.exit(130)).then(() => ending.abort());
  const path = settings.get(OUTPUT);
  const output = path === undefined ? stdout : await openFile(path);
  try {
    for await (const line of routes.journal({ ...optionsOf(settings), signal: ending.signal })) {
      if (!output.write(`${JSON.stringify(line)}\n`)) await once(output, 'drain');
    }
  } finally {
    if (path !== undefined) await closed(output);
  }
  return 0;
}

function optionsOf(settings: Settings): JournalOptions {
  const [kinds, after, limit] = [settings.get(KINDS), settings.get(AFTER_LINE), settings.get(LINES_MAX)];
  return {
    follow: settings.get(FOLLOW),
    ...(kinds === undefined ? {} : { kinds }),
    ...(after === undefined ? {} : { after }),
    ...(limit === undefined ? {} : { limit }),
  };
}

/** @throws {WhitewaterError} USAGE when it cannot be written */
export async function openFile(path: string): Promise<NodeJS.WritableStream> {
  const file = createWriteStream(path);
  try {
    await once(file, 'open');
  } catch (cause) {
    const message = `${path} cannot be written (${(cause as Error).message}); name another file with --output`;
    throw new WhitewaterError('USAGE', message, { cause });
  }
  return file;
}

export function closed(output: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => output.end(() => resolve()));
}
