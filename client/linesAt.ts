import { notRelay, parseJson, toError } from './answers.ts';
import type { RelayHttp } from './RelayHttp.ts';

/** Longer than any line can be: a value of the longest, each character as `\\u0000`, with its key. */
const LINE_LENGTH_MAX = 4_194_304;

/**
 * The lines of an answer, as they come; empty ones are left out.
 * @throws {WhitewaterError} what the relay refused it with; and whatever ends the connection
 */
export async function* linesAt(
  { fetch, headers }: Pick<RelayHttp, 'fetch' | 'headers'>,
  url: URL,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
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
