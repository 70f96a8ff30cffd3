import { WhitewaterError } from '../shared/errors.ts';
import { notRelay, parseJson, toError } from './answers.ts';
import type { RelayHttp } from './RelayHttp.ts';

/** Longer than any line can be: a value of the longest, each character as `\\u0000`, with its key. */
const LINE_LENGTH_MAX = 4_194_304;

/** A watch has an empty line every 15 s at the least, so one that is silent for longer is gone without a word. */
const SILENCE_MS_MAX = 45_000;

/**
 * The lines of an answer, as they come; empty ones are left out.
 * @param silenceMsMax how long nothing may come while it is waited for
 * @throws {WhitewaterError} what the relay refused it with; RELAY_UNREACHABLE after silence; and whatever ends the connection
 */
export async function* linesAt(
  { fetch, headers }: Pick<RelayHttp, 'fetch' | 'headers'>,
  url: URL,
  signal: AbortSignal,
  silenceMsMax = SILENCE_MS_MAX,
): AsyncGenerator<string, void, undefined> {
  const heard = <Value>(next: Promise<Value>): Promise<Value> => unlessSilent(next, url.origin, silenceMsMax);
  const response = await heard(fetch(url, { headers, signal, redirect: 'error' }));
  if (!response.ok) throw toError(parseJson(await response.text()), response.status, url.origin);
  if (response.body === null) throw notRelay(url.origin, 'an empty answer');
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  // Node's fetch may forget the signal of an answer that goes on for long: the garbage collector takes what listens to it.
  signal.addEventListener('abort', () => void reader.cancel().catch(() => undefined), { once: true });
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = (await heard(reader.read())) as { readonly done: boolean; readonly value?: Uint8Array };
    if (done) return;
    const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LINE_LENGTH_MAX) throw notRelay(url.origin, 'a line without an end');
    // An empty line says that the watch is still there.
    yield* lines.filter((line) => line !== '');
  }
}

/** The connection itself is ended by whoever holds the signal of what is waited for. */
async function unlessSilent<Value>(next: Promise<Value>, origin: string, silenceMsMax: number): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    const message = `nothing came from ${origin} for ${silenceMsMax / 1000} s: is the relay still there?`;
    timer = setTimeout(() => reject(new WhitewaterError('RELAY_UNREACHABLE', message)), silenceMsMax);
  });
  // What comes of it later, nobody waits for.
  next.catch(() => undefined);
  try {
    return await Promise.race([next, silence]);
  } finally {
    clearTimeout(timer);
  }
}
