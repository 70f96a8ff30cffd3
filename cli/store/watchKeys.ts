import { WhitewaterError, type ErrorCode } from '../../shared/errors.ts';
import type { KeyValueChange } from '../../shared/keyValue.ts';
import type { Invocation } from '../Command.ts';
import { pause } from '../live/followCluster.ts';
import { chosenCluster, relayAccess } from '../live/relayAccess.ts';
import { timeOfDay } from '../process/lineLogger.ts';
import { onOutputLost } from '../process/output.ts';
import { stopRequested } from '../process/shutdown.ts';
import { JSON_OUTPUT } from '../settings/sharedSettings.ts';
import { AFTER_REVISION } from '../settings/storeSettings.ts';
import { inOneLine } from './printing.ts';

/** The exit code of a process that a second Ctrl-C ended, as shells have it. */
const INTERRUPTED = 130;
/** A lost watch is tried again after this long, then twice as long, up to the most. */
const RETRY_MS = { first: 50, most: 1000 };

/** What ends a watch that had begun, and passes: a relay that restarts has no cluster until peers are back. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  ...(['RELAY_UNREACHABLE', 'RELAY_STOPPING', 'RELAY_FULL', 'CLUSTER_UNKNOWN', 'CLIENT_CLOSED'] as const),
  ...(['NO_PEER', 'TIMED_OUT', 'OVERLOADED', 'NOT_LEADER', 'PEER_STOPPED'] as const),
]);

/** Prints a line for each change until the process is asked to stop. */
export async function watchKeys(invocation: Invocation): Promise<number> {
  const { settings, args, stdout, stderr } = invocation;
  const access = relayAccess(settings);
  const cluster = await chosenCluster(access, settings);
  const ending = new AbortController();
  const { signal } = ending;
  void stopRequested(() => process.exit(INTERRUPTED)).then(() => ending.abort());
  onOutputLost(() => ending.abort());
  const tell = (text: string): void => void stderr.write(`${timeOfDay(Date.now())}  ${text}\n`);
  const isAborted = (): boolean => signal.aborted;
  const watch = { revision: settings.get(AFTER_REVISION), hasBegun: false, isLost: false, retryMs: RETRY_MS.first };
  const onBegin = (revision: number): void => {
    if (watch.isLost) tell(`the watch goes on after revision ${revision}`);
    Object.assign(watch, { revision, hasBegun: true, isLost: false, retryMs: RETRY_MS.first });
  };
  while (!isAborted()) {
    let why = 'the relay ended it';
    try {
      const after = watch.revision === undefined ? {} : { afterRevision: watch.revision };
      for await (const change of access.client.watch(cluster, args[0] ?? '', { signal, onBegin, ...after })) {
        stdout.write(lineOf(change, settings.get(JSON_OUTPUT)));
        watch.revision = change.revision;
      }
    } catch (error) {
      if (!watch.hasBegun || !isPassing(error)) throw error;
      why = error.message;
    }
    if (isAborted()) break;
    if (!watch.isLost) tell(`the watch is interrupted, and is tried again: ${why}`);
    watch.isLost = true;
    await pause(watch.retryMs, signal);
    watch.retryMs = Math.min(watch.retryMs * 2, RETRY_MS.most);
  }
  return 0;
}

function isPassing(error: unknown): error is WhitewaterError {
  return error instanceof WhitewaterError && PASSING.has(error.code);
}

function lineOf(change: KeyValueChange, asJson: boolean): string {
  if (asJson) return `${JSON.stringify(change)}\n`;
  const { revision, key, value } = change;
  return `${revision}  ${inOneLine(key)} ${value === null ? 'deleted' : `= ${inOneLine(value)}`}\n`;
}
