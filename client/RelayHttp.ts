import { WhitewaterError } from '../shared/errors.ts';
import { parseJson, toError } from './answers.ts';
import { mayHaveArrived, unreachable } from './connectionTrouble.ts';
import { answerTimeoutMs, type Wait } from './keyPaths.ts';

export interface RelayHttpOptions {
  readonly url: string;
  readonly token?: string;
  readonly timeoutMs: number;
  readonly fetch?: typeof fetch;
}

export interface RequestOptions {
  readonly body?: unknown;
  /** How long the relay may wait for the cluster, where it does. */
  readonly wait?: Wait;
  /** It changes something in a cluster, where it cannot be looked up whether it did. */
  readonly hasEffect?: boolean;
}

/** Requests to one relay, and what its answers and silences mean. */
export class RelayHttp {
  /** Where it is, with a slash at the end. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly #timeoutMs: number;
  /** The runtime's own, unless it was told another. */
  readonly fetch: typeof fetch;

  /** @throws {WhitewaterError} USAGE when the address is not one */
  constructor({ url, token, timeoutMs, fetch = globalThis.fetch }: RelayHttpOptions) {
    this.url = parseUrl(url);
    this.headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    this.#timeoutMs = timeoutMs;
    this.fetch = fetch;
  }

  resolve(path: string): URL {
    return new URL(path, this.url);
  }

  /**
   * @param isAnswer whether a good answer is what a relay gives there
   * @throws {WhitewaterError} the relay's own; RELAY_UNREACHABLE; with `hasEffect`, OUTCOME_UNKNOWN
   */
  async request<Answer>(
    method: string,
    path: string,
    isAnswer: (answer: unknown) => boolean,
    { body, wait, hasEffect = false }: RequestOptions = {},
  ): Promise<Answer> {
    const url = this.resolve(path);
    let response: Response;
    let text: string;
    const ending = new AbortController();
    const timer = setTimeout(
      () => ending.abort(new DOMException('there was no whole answer in time', 'TimeoutError')),
      wait === undefined ? this.#timeoutMs : answerTimeoutMs(wait),
    );
    try {
      const { fetch } = this;
      response = await fetch(url, {
        method,
        headers: body === undefined ? this.headers : { ...this.headers, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: ending.signal,
        redirect: 'error',
      });
      text = await textOf(response, ending.signal);
    } catch (cause) {
      if (hasEffect && mayHaveArrived(cause)) throw lostAnswer(this.url.origin, cause);
      throw unreachable(this.url.origin, cause);
    } finally {
      clearTimeout(timer);
    }
    const answer = parseJson(text);
    if (response.ok && isAnswer(answer)) return answer as Answer;
    throw toError(answer, response.status, this.url.origin);
  }
}

/**
 * The body, as far as it comes before the signal aborts. Not by `response.text()`: once the head is there, `fetch` of Node.js 20 holds
 * its signal weakly, and after a garbage collection nothing ends it any more.
 */
async function textOf({ body }: Response, signal: AbortSignal): Promise<string> {
  if (body === null) return '';
  const reader = body.getReader();
  const end = (): void => void reader.cancel().catch(() => undefined);
  signal.addEventListener('abort', end);
  const decoder = new TextDecoder();
  let text = '';
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    text += decoder.decode(next.value as Uint8Array, { stream: true });
  }
  signal.throwIfAborted();
  return text + decoder.decode();
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:', 'ws:', 'wss:'].includes(url.protocol)) {
    throw new WhitewaterError(
      'USAGE',
      `${JSON.stringify(text)} is not the address of a relay, such as http://127.0.0.1:7070`,
    );
  }
  const isEncrypted = url.protocol === 'https:' || url.protocol === 'wss:';
  return new URL(`${isEncrypted ? 'https' : 'http'}://${url.host}${url.pathname.replace(/\/*$/, '/')}`);
}

function lostAnswer(origin: string, cause: unknown): WhitewaterError {
  const message = `the relay at ${origin} gave no answer: whether it took effect, or will, cannot be told`;
  return new WhitewaterError('OUTCOME_UNKNOWN', message, { cause });
}
