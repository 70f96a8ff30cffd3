import { WhitewaterError } from '../shared/errors.ts';
import { isJournalLine, parseJson, toError } from './answers.ts';
import type { JournalLine } from '../shared/http/Journal.ts';
import { unreachable } from './connectionTrouble.ts';
import type { JournalOptions } from './JournalOptions.ts';
import { pathOf, queryOf } from './keyPaths.ts';
import { linesAt } from './linesAt.ts';
import type { RelayHttp } from './RelayHttp.ts';

/** How long a reader that follows a journal waits before it asks for more. */
const FOLLOW_EVERY_MS = 100;

/**
 * The lines of a cluster's journal, the oldest first, and with `follow` those that come.
 * @throws {WhitewaterError} CLUSTER_UNKNOWN; RELAY_UNREACHABLE
 */
export async function* readJournal(
  http: RelayHttp,
  cluster: string,
  { after, kinds, limit, follow = false, signal }: JournalOptions,
): AsyncGenerator<JournalLine, void, undefined> {
  const ending = new AbortController();
  const isEnding = (): boolean => ending.signal.aborted;
  const end = (): void => ending.abort();
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted === true) end();
  let seen = after;
  let left = limit ?? Infinity;
  try {
    while (!isEnding()) {
      const query = queryOf({ after: seen, kinds: kinds?.join(','), limit: left === Infinity ? undefined : left });
      for await (const line of parsed(http, http.resolve(`${pathOf(cluster)}/journal${query}`), ending.signal)) {
        // Each answer has a head of its own; one is enough.
        if (line.kind === 'journal' && seen !== after) continue;
        if (line.kind !== 'journal') {
          seen = Math.max(seen ?? 0, line.seq);
          left -= 1;
        }
        yield line;
      }
      if (!follow || left <= 0) return;
      seen ??= 0;
      await pause(FOLLOW_EVERY_MS, ending.signal);
    }
  } catch (error) {
    if (isEnding()) return;
    throw error instanceof WhitewaterError ? error : unreachable(http.url.origin, error);
  } finally {
    signal?.removeEventListener('abort', end);
    end();
  }
}

async function* parsed(http: RelayHttp, url: URL, signal: AbortSignal): AsyncGenerator<JournalLine, void, undefined> {
  for await (const text of linesAt(http, url, signal)) {
    const line = parseJson(text);
    if (!isJournalLine(line)) throw toError(line, 200, url.origin);
    yield line as JournalLine;
  }
}

function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', done);
      resolve();
    }, durationMs);
    signal.addEventListener('abort', done, { once: true });
  });
}
