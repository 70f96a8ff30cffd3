import { WhitewaterError } from '../../shared/errors.ts';
import type { ClusterId, PeerId } from '../../shared/ids.ts';

const PROTOCOLS: Readonly<Record<string, string>> = { 'http:': 'ws:', 'https:': 'wss:', 'ws:': 'ws:', 'wss:': 'wss:' };

/** Where a relay listens unless told otherwise. */
const PORT_DEFAULT = 7070;

const HOW_TO = 'Write host:port, http://host:port or https://host';

/**
 * Reads a relay's address: `host`, `host:port`, or a URL with http, https, ws or wss, and perhaps a path in front of the relay's
 * own.
 *
 * @returns the URL of the relay as a WebSocket's, ending in `/`, such as `ws://127.0.0.1:7070/`
 * @throws {WhitewaterError} `USAGE`, saying what is wrong with it
 */
export function parseRelayAddress(text: string): string {
  const hasProtocol = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(text);
  const url = parse(text, hasProtocol ? text : `ws://${text}`);
  const protocol = PROTOCOLS[url.protocol];
  if (protocol === undefined) throw illegal(text, `its protocol is ${url.protocol.slice(0, -1)}`);
  if (url.username !== '' || url.password !== '')
    throw illegal(text, 'it holds a user or a password; a relay takes a token');
  if (url.search !== '' || url.hash !== '') throw illegal(text, 'it has something behind the path');
  // A URL forgets its protocol's default port, so what was written is asked.
  const port = hasProtocol || /:\d+(?:\/|$)/.test(text) ? url.port : String(PORT_DEFAULT);
  if (port === '0') throw illegal(text, 'its port is 0');
  const path = url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`;
  return `${protocol}//${url.hostname}${port === '' ? '' : `:${port}`}${path}`;
}

/** A client is forgotten by the relay when it goes. */
export type EndpointKind = 'peer' | 'client';

/** The URL at which an endpoint of a cluster connects. Ids need no escaping. */
export function endpointUrl(relay: string, kind: EndpointKind, cluster: ClusterId, id: PeerId): string {
  return `${relay}${kind}?cluster=${cluster}&id=${id}`;
}

function parse(text: string, url: string): URL {
  if (text === '') throw illegal(text, 'it is empty');
  if (/\s/.test(text)) throw illegal(text, 'it has a space in it');
  try {
    return new URL(url);
  } catch {
    const isBareIpv6 = /^[0-9A-Fa-f]*:[0-9A-Fa-f:]*:/.test(text);
    throw illegal(text, isBareIpv6 ? 'an IPv6 address stands in brackets, as in [::1]:7070' : 'host or port is wrong');
  }
}

function illegal(text: string, reason: string): WhitewaterError {
  return new WhitewaterError('USAGE', `the relay address ${JSON.stringify(text)} cannot be used: ${reason}. ${HOW_TO}`);
}
