import { FRAME_BYTES_MAX } from '../../shared/envelope.ts';
import { parseBytes, parseWholeNumber } from '../parse/numbers.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import { flagOf, type Setting } from './Setting.ts';
import type { Settings } from './Settings.ts';
import { PORT_DEFAULT, SECRET_FILE, textSetting, TOKEN, TOKEN_FILE } from './sharedSettings.ts';

export const HOST: Setting<string> = {
  name: 'host',
  placeholder: '<address>',
  description: 'the address to listen on; any but a loopback address needs a token',
  parse: (text) => {
    if (!/^[\w.:%-]+$/.test(text)) throw new RangeError(`${JSON.stringify(text)} is not an address or a host name`);
    return text;
  },
  fallback: '127.0.0.1',
  fallbackText: '127.0.0.1',
};

export const PORT: Setting<number> = {
  name: 'port',
  placeholder: '<port>',
  description: 'the TCP port to listen on; 0 takes any that is free',
  parse: (text) => parseWholeNumber(text, 'a port', 0, 65_535),
  fallback: PORT_DEFAULT,
  fallbackText: String(PORT_DEFAULT),
};

export const ALLOW_HOST: Setting<readonly string[]> = {
  name: 'allowHost',
  placeholder: '<names>',
  list: true,
  description: 'further host names under which browsers reach this relay, such as raft.example.org',
  parse: (text) => text.split(',').map((name) => parseHostName(name.trim())),
  fallback: [],
  fallbackText: 'none',
};

/** A name as it stands in a Host header, without the port. */
function parseHostName(text: string): string {
  if (!/^(?:[\w.-]+|\[[\da-fA-F:.]+\])$/.test(text)) {
    throw new RangeError(`${JSON.stringify(text)} is not a host name: write raft.example.org, without port or path`);
  }
  return text;
}

export const FRAME_BYTES_MAX_SETTING: Setting<number> = {
  name: 'frameBytesMax',
  placeholder: '<size>',
  description: 'the largest frame, 1KiB to 8MiB; a larger one ends its connection',
  // As the relay's own options have it: the largest frame has to fit what may wait for a slow receiver.
  parse: (text) => parseBytes(text, '1KiB', '8MiB'),
  fallback: FRAME_BYTES_MAX,
  fallbackText: '1MiB',
};

/** The same setting as a client's, seen from the other side. */
export const RELAY_TOKEN: Setting<string | undefined> = {
  ...TOKEN,
  description: 'ask everybody for this token; on a command line others on this machine can see it',
};

export const TOKENS_FILE = textSetting({
  name: 'tokensFile',
  placeholder: '<file>',
  description: 'a JSON file of tokens that may do less: look only, or what belongs to one cluster',
});

export const TLS_CERT = textSetting({
  name: 'tlsCert',
  placeholder: '<file>',
  description: 'serve https and wss with this certificate, PEM, its chain behind it; read again when it changes',
});

export const TLS_KEY = textSetting({
  name: 'tlsKey',
  placeholder: '<file>',
  description: "that certificate's private key, PEM",
});

/** Of a relay; for peers, the same flag is about their timeouts. */
export const RELAY_SEED = textSetting({
  name: 'seed',
  placeholder: '<text>',
  description: 'what the faults of all clusters are drawn from: the same seed and the same frames have the same fates',
  fallbackText: 'each cluster draws one',
});

/** Both or neither. @throws {WhitewaterError} USAGE */
export function tlsOf(settings: Settings): { readonly certFile: string; readonly keyFile: string } | undefined {
  const [certFile, keyFile] = [settings.get(TLS_CERT), settings.get(TLS_KEY)];
  if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile };
  if (certFile === undefined && keyFile === undefined) return undefined;
  const [given, missing] = certFile === undefined ? [TLS_KEY, TLS_CERT] : [TLS_CERT, TLS_KEY];
  throw new WhitewaterError(
    'USAGE',
    `${settings.sourceOf(given)} needs ${flagOf(missing)} too: a certificate and its key`,
  );
}

/** What keeps strangers out, for every command that runs a relay. */
export const LOCK_SETTINGS = [
  ...[RELAY_TOKEN, TOKEN_FILE, TOKENS_FILE, SECRET_FILE, TLS_CERT, TLS_KEY, ALLOW_HOST],
] as const;
