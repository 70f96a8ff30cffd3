import { parseRelayAddress } from '../../endpoint/transport/relayAddress.ts';

/**
 * Where a relay answers HTTP: `host`, `host:port`, or a URL with http, https, ws or wss, as peers read it.
 * @returns the URL without a slash at its end, such as `http://127.0.0.1:7070`
 * @throws {WhitewaterError} USAGE, saying what is wrong with it
 */
export function parseHttpAddress(text: string): string {
  return parseRelayAddress(text.trim()).replace(/^ws/, 'http').replace(/\/$/, '');
}
