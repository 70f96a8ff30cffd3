import { WhitewaterError } from '../shared/errors.ts';
import type { KeyValueChange } from '../shared/keyValue.ts';
import { isChange, parseJson, toError } from './answers.ts';
import { linesAt } from './linesAt.ts';
import type { RelayHttp } from './RelayHttp.ts';

export interface RelayWatchOptions {
  /** Changes after this revision; by default after now. */
  readonly afterRevision?: number;
  readonly signal?: AbortSignal;
  /** Told once, before the first change: after which revision every change comes. */
  readonly onBegin?: (afterRevision: number) => void;
}

/** Reads the lines of a watch. */
export async function* followChanges(
  http: Pick<RelayHttp, 'fetch' | 'headers'>,
  url: URL,
  { signal, onBegin }: Pick<RelayWatchOptions, 'signal' | 'onBegin'>,
): AsyncGenerator<KeyValueChange, void, undefined> {
  const isAborted = (): boolean => signal?.aborted === true;
  const ending = new AbortController();
  const end = (): void => ending.abort();
  signal?.addEventListener('abort', end, { once: true });
  if (isAborted()) end();
  try {
    for await (const line of linesAt(http, url, ending.signal)) {
      const value = parseJson(line);
      if (isChange(value)) yield value as KeyValueChange;
      else if (isBeginning(value)) onBegin?.(value.afterRevision);
      else throw toError(value, 200, url.origin);
    }
  } catch (error) {
    if (isAborted()) return;
    if (error instanceof WhitewaterError) throw error;
    const message = `the watch at ${url.origin} broke off: is the relay still there? Watch again after the last revision that came`;
    throw new WhitewaterError('RELAY_UNREACHABLE', message, { cause: error });
  } finally {
    signal?.removeEventListener('abort', end);
    end();
  }
}

/** The first line of a watch, which tells from where on it is complete. */
function isBeginning(value: unknown): value is { readonly afterRevision: number } {
  return typeof (value as { readonly afterRevision?: unknown } | undefined)?.afterRevision === 'number';
}
