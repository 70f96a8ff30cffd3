import { once } from 'node:events';
import type { JournalOptions } from '../../client/JournalOptions.ts';
import type { Invocation } from '../Command.ts';
import { lostOutput, onOutputLost } from '../process/output.ts';
import { stopRequested } from '../process/shutdown.ts';
import { AFTER_LINE, FOLLOW, KINDS, LINES_MAX, OUTPUT } from '../settings/networkSettings.ts';
import type { Settings } from '../settings/Settings.ts';
import { networkAccess } from './networkAccess.ts';
import { saveLines, type SavedLines } from './JournalFile.ts';

/** Prints the lines of a cluster's journal, one JSON object each. */
export async function printJournal(invocation: Invocation): Promise<number> {
  const { settings, stdout, stderr } = invocation;
  const { routes } = await networkAccess(invocation);
  const ending = new AbortController();
  if (settings.get(FOLLOW)) void stopRequested(() => process.exit(130)).then(() => ending.abort());
  onOutputLost(() => ending.abort());
  const path = settings.get(OUTPUT);
  const lines = routes.journal({ ...optionsOf(settings), signal: ending.signal });
  if (path !== undefined) stderr.write(`${savedText(path, await saveLines(lines, path))}\n`);
  else {
    try {
      for await (const line of lines) {
        if (!stdout.write(`${JSON.stringify(line)}\n`)) await once(stdout, 'drain');
      }
    } catch (error) {
      // That is told when the command ends, as for every other command.
      if (lostOutput() === undefined) throw error;
    }
  }
  return 0;
}

function savedText(path: string, { lines, forgotten }: SavedLines): string {
  const count = `${lines} ${lines === 1 ? 'line' : 'lines'} in ${path}`;
  return forgotten === 0 ? count : `${count}; the relay had forgotten ${forgotten} older ones`;
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
