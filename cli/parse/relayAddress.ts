const PROTOCOLS: ReadonlySet<string> = new Set(['http:', 'https:', 'ws:', 'wss:']);

/**
 * Where a relay answers. `ws` and `http` mean the same, and a bare `host:port` is `http`.
 * @returns the address with its scheme, without a path
 * @throws {RangeError} saying what is legal
 */
export function parseRelayAddress(text: string): URL {
  const trimmed = text.trim();
  const url = urlOf(/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`);
  if (url === undefined || trimmed === '') throw new RangeError(notAnAddress(text, 'it cannot be read as one'));
  if (!PROTOCOLS.has(url.protocol)) throw new RangeError(notAnAddress(text, `its scheme is ${url.protocol}//`));
  if (url.username !== '' || url.password !== '') {
    throw new RangeError(notAnAddress(text, 'it holds a name or password; give a token with --token-file instead'));
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw new RangeError(notAnAddress(text, 'nothing may follow host and port'));
  }
  return url;
}

function urlOf(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function notAnAddress(text: string, why: string): string {
  return `${JSON.stringify(text)} is not the address of a relay (${why}): write http://127.0.0.1:7070 or ws://host:port`;
}

/** The address for HTTP, without a slash at its end. */
export function httpAddress(url: URL): string {
  return `${url.protocol.replace('ws', 'http')}//${url.host}`;
}

/** The address for WebSockets, without a slash at its end. */
export function webSocketAddress(url: URL): string {
  return `${url.protocol.replace('http', 'ws')}//${url.host}`;
}
