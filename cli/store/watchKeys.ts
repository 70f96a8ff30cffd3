import type { Invocation } from '../Command.ts';
import { chosenCluster, relayAccess } from '../live/relayAccess.ts';
import { stopRequested } from '../process/shutdown.ts';
import { JSON_OUTPUT } from '../settings/sharedSettings.ts';
import { AFTER_REVISION } from '../settings/storeSettings.ts';
import { inOneLine } from './printing.ts';

/** The exit code of a process that a second Ctrl-C ended, as shells have it. */
const INTERRUPTED = 130;

/** Prints a line for each change until the process is asked to stop. */
export async function watchKeys({ settings, args, stdout }: Invocation): Promise<number> {
  const access = relayAccess(settings);
  const cluster = await chosenCluster(access, settings);
  const ending = new AbortController();
  void stopRequested(() => process.exit(INTERRUPTED)).then(() => ending.abort());
  const afterRevision = settings.get(AFTER_REVISION);
  const options = { signal: ending.signal, ...(afterRevision === undefined ? {} : { afterRevision }) };
  for await (const change of access.client.watch(cluster, args[0] ?? '', options)) {
    const { revision, key, value } = change;
    const what = value === null ? 'deleted' : `= ${inOneLine(value)}`;
    stdout.write(
      settings.get(JSON_OUTPUT) ? `${JSON.stringify(change)}\n` : `${revision}  ${inOneLine(key)} ${what}\n`,
    );
  }
  return 0;
}
