import { WhitewaterError } from '../shared/errors.ts';
import type { KeyValueChange } from '../shared/keyValue.ts';
import { isChange, notRelay, parseJson, toError } from './answers.ts';

/** Longer than any line can be: a value of the longest, each character as `\\u0000`, with its key. */
const LINE_LENGTH_MAX = 4_194_304;

export interface RelayWatchOptions {
  /** Changes after this revision; by default after now. */
  readonly afterRevision?: number;
  readonly signal?: AbortSignal;
  /** Told once, before the first change: after which revision every change comes. */
  readonly onBegin?: (afterRevision: number) => void;
}

/** Reads the lines of a watch. */
export async function* followChanges(
  url: URL,
  headers: Readonly<Record<string, string>>,
  { signal, onBegin }: Pick<RelayWatchOptions, 'signal' | 'onBegin'>,
): AsyncGenerator<KeyValueChange, void, undefined> {
  const isAborted = (): boolean => signal?.aborted === true;
  const ending = new AbortController();
  const end = (): void => ending.abort();
  signal?.addEventListener('abort', end, { once: true });
  if (isAborted()) end();
  try {
    for await (const line of linesAt(url, headers, ending.signal)) {
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

async function* linesAt(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal) {
  const response = await fetch(url, { headers, signal, redirect: 'error' });
  if (!response.ok) throw toError(parseJson(await response.text()), response.status, url.origin);
  if (response.body === null) throw notRelay(url.origin, 'an empty answer');
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  // Node's fetch may forget the signal of an answer that goes on for long: the garbage collector takes what listens to it.
  signal.addEventListener('abort', () => void reader.cancel().catch(() => undefined), { once: true });
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = (await reader.read()) as { readonly done: boolean; readonly value?: Uint8Array };
    if (done) return;
    const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LINE_LENGTH_MAX) throw notRelay(url.origin, 'a line without an end');
    // An empty line says that the watch is still there.
    yield* lines.filter((line) => line !== '');
  }
}

/** The first line of a watch, which tells from where on it is complete. */
function isBeginning(value: unknown): value is { readonly afterRevision: number } {
  return typeof (value as { readonly afterRevision?: unknown } | undefined)?.afterRevision === 'number';
}
