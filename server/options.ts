import { FRAME_BYTES_MAX } from '../shared/envelope.ts';
import { WhitewaterError } from '../shared/errors.ts';
import { nearest } from '../shared/nearest.ts';
import { checkSecret } from '../shared/signing.ts';
import { SILENT_TRACE, type Trace } from '../shared/trace.ts';
import type { TlsFiles } from './locks/CertificateFiles.ts';
import { readTokens, type Tokens } from './locks/tokens.ts';
import type { ProcessOwner } from './processes/ProcessOwner.ts';
import { SILENT_LOGGER, type Logger } from './log.ts';

/** What can be told to a relay. Everything has a default; a number that makes no sense is refused, never mended. */
export interface RelayOptions {
  /** The address to listen on. Default 127.0.0.1. Any other than loopback needs `token` or `tokens`. */
  readonly host?: string;
  /** The TCP port; 0 takes any that is free. Default 7070. */
  readonly port?: number;
  /**
   * Whoever sends it may do everything: connect endpoints, read, and break the network.
   * Default: none, and then anybody who reaches the socket may.
   */
  readonly token?: string;
  /**
   * Tokens that may do less: look only, or what belongs to one cluster. Default: none. With `token` or any of these,
   * nobody gets in without one.
   */
  readonly tokens?: Tokens;
  /** Serve https and wss, TLS 1.2 at least. The files are read again when they change. Default: http and ws. */
  readonly tls?: TlsFiles;
  /**
   * The secret of clusters whose peers sign, for the relay's own client of each: without it keys and members of such a cluster
   * cannot be reached over HTTP (`SECRET_REQUIRED`), with it this relay could forge. Default: none.
   */
  readonly secret?: string;
  /**
   * Further host names, such as `raft.example.org` or `raft.example.org:8443`, under which browsers reach this relay.
   * Default: none, so a relay on loopback answers for localhost, 127.0.0.1 and [::1] only.
   */
  readonly allowedHosts?: readonly string[];

  /** The largest frame, in bytes; a larger one ends its connection. Default 1 MiB. */
  readonly frameBytesMax?: number;
  /**
   * The most that may wait for one receiver, in bytes. Frames beyond it are dropped and counted as `slowReader`;
   * nobody else waits. Default 8 MiB.
   */
  readonly bufferBytesMax?: number;
  /**
   * The most that may wait for all receivers together, in bytes. Half of it is shared out: each of `connectionsMax`
   * receivers may always have its part. Once the other half is used up, frames to a receiver beyond its part are dropped
   * and counted as `slowReader`. Default 256 MiB; at least twice `bufferBytesMax`.
   */
  readonly bufferBytesTotalMax?: number;
  /** Default 256. Beyond it the cluster that was idle longest is forgotten; if none is idle, `RELAY_FULL`. */
  readonly clustersMax?: number;
  /**
   * Endpoints that one cluster may have, connected or only remembered. Default 256.
   * Beyond it the one that has been gone longest is forgotten; if all are connected, `RELAY_FULL`.
   */
  readonly endpointsMax?: number;
  /** Sockets of endpoints on the whole relay, including those that did not say Hello yet. Default 4096. */
  readonly connectionsMax?: number;
  /** Viewers of live feeds on the whole relay. Default 256. */
  readonly viewersMax?: number;
  /**
   * What the faults of all clusters are drawn from: with the same seed, the same frames have the same fates.
   * Default: each cluster draws one, and tells it.
   */
  readonly seed?: string;
  /** Frames of one cluster that may wait because a rule delays or holds them; further ones are dropped. Default 100 000. */
  readonly delayedFramesMax?: number;
  /** The most that may wait in one cluster so, in bytes, with what stands around each frame in memory. Default 128 MiB. */
  readonly delayedBytesMax?: number;
  /** The same for all clusters together. Default 512 MiB. */
  readonly delayedBytesTotalMax?: number;
  /** How much of what happened in a cluster its journal keeps, in bytes, about. Default 16 MiB. */
  readonly journalBytesMax?: number;
  /** The same for all clusters together; each has an equal share at most. Default 256 MiB. */
  readonly journalBytesTotalMax?: number;
  /** The largest HTTP request body, in bytes. Default 64 KiB. */
  readonly bodyBytesMax?: number;

  /** Connections that one remote address may have at once, of any kind; beyond it `RATE_LIMITED`. Default 512. */
  readonly addressConnectionsMax?: number;
  /** New connections, and further requests on them, of one remote address in a second; beyond it `RATE_LIMITED`. Default 100. */
  readonly addressRequestsPerSecond?: number;
  /** Frames of one remote address in a second; beyond it the relay reads them later. Default 50 000. */
  readonly addressFramesPerSecond?: number;
  /** The same in bytes. Default 64 MiB. */
  readonly addressBytesPerSecond?: number;
  /**
   * Whether the four limits above count for 127.0.0.1 and ::1 too, where everybody comes from who comes through a proxy on this
   * machine. Default false.
   */
  readonly limitsLoopback?: boolean;

  /**
   * Frames of one connection in a second that the relay itself reads or refuses, twice as many at once; beyond it `PING_FLOOD`. They
   * cost it far more than what it carries, and everybody waits for that. A peer tells twenty statuses a second at most, and asks for
   * little else. Default 200.
   */
  readonly controlFramesPerSecond?: number;

  /** How long a new connection may take to say Hello. Default 5000. */
  readonly helloTimeoutMs?: number;
  /**
   * How often each connection is pinged. One that gave no sign of life over two whole intervals is dead, so a
   * half-open socket is found within three: 1.8 s by default. Default 600.
   */
  readonly pingIntervalMs?: number;
  /**
   * How long one write to an endpoint may take, with a second more for each 64 KiB of it. An endpoint that reads nothing
   * for so long loses its connection, whatever it sends meanwhile. Default 10 000.
   */
  readonly stalledReaderMs?: number;
  /** How often a live feed is updated at most. Default 100, which is ten times a second. */
  readonly liveIntervalMs?: number;
  /** How long a closing connection may take to answer before its socket is destroyed. Default 500. */
  readonly closeGraceMs?: number;

  /** Where the built page lies. Default: where `npm run build` puts it. */
  readonly dashboardDirectory?: string;
  /** Whoever can stop and start the peers' processes. Default: nobody, and then what asks for it ends with `PROCESS_NOT_OWNED`. */
  readonly processes?: ProcessOwner;
  /** Lines for people. Default: none. */
  readonly logger?: Logger;
  /** The structured trace. Default: none. */
  readonly trace?: Trace;
}

/** Options that have no default stay optional; all others are there. */
type Optional = 'token' | 'tokens' | 'tls' | 'secret' | 'dashboardDirectory' | 'seed' | 'processes';
export type ResolvedOptions = Required<Omit<RelayOptions, Optional>> & Pick<RelayOptions, Optional>;

export const RELAY_DEFAULTS = {
  host: '127.0.0.1',
  port: 7070,
  allowedHosts: [],
  frameBytesMax: FRAME_BYTES_MAX,
  bufferBytesMax: 8 * 1_048_576,
  bufferBytesTotalMax: 256 * 1_048_576,
  clustersMax: 256,
  endpointsMax: 256,
  connectionsMax: 4096,
  viewersMax: 256,
  delayedFramesMax: 100_000,
  delayedBytesMax: 128 * 1_048_576,
  delayedBytesTotalMax: 512 * 1_048_576,
  journalBytesMax: 16 * 1_048_576,
  journalBytesTotalMax: 256 * 1_048_576,
  bodyBytesMax: 65_536,
  addressConnectionsMax: 512,
  addressRequestsPerSecond: 100,
  addressFramesPerSecond: 50_000,
  addressBytesPerSecond: 64 * 1_048_576,
  limitsLoopback: false,
  controlFramesPerSecond: 200,
  helloTimeoutMs: 5000,
  pingIntervalMs: 600,
  stalledReaderMs: 10_000,
  liveIntervalMs: 100,
  closeGraceMs: 500,
  logger: SILENT_LOGGER,
  trace: SILENT_TRACE,
} as const satisfies RelayOptions;

const LEAST: Partial<Record<keyof RelayOptions, number>> = {
  port: 0,
  frameBytesMax: 1024,
  bufferBytesMax: 1024,
  bufferBytesTotalMax: 2048,
  clustersMax: 1,
  endpointsMax: 2,
  connectionsMax: 1,
  viewersMax: 0,
  delayedFramesMax: 0,
  delayedBytesMax: 0,
  delayedBytesTotalMax: 0,
  journalBytesMax: 0,
  journalBytesTotalMax: 0,
  bodyBytesMax: 1024,
  addressConnectionsMax: 1,
  addressRequestsPerSecond: 1,
  addressFramesPerSecond: 1,
  addressBytesPerSecond: 1024,
  controlFramesPerSecond: 1,
  helloTimeoutMs: 1,
  pingIntervalMs: 10,
  stalledReaderMs: 10,
  liveIntervalMs: 10,
  closeGraceMs: 0,
};
const MOST: Partial<Record<keyof RelayOptions, number>> = { port: 65_535 };
/** Timers take no longer delay, and no buffer is larger. */
const MOST_OF_ALL = 2 ** 31 - 1;

/** Options without a default. */
const WITHOUT_DEFAULT = [
  'token',
  'tokens',
  'tls',
  'secret',
  'dashboardDirectory',
  'seed',
  'processes',
] as const satisfies Optional[];

/** TypeScript sees a misspelt option; JavaScript does not. */
function refuseUnknown(options: RelayOptions): void {
  const known = [...Object.keys(RELAY_DEFAULTS), ...WITHOUT_DEFAULT];
  const strange = Object.keys(options).find((name) => !known.includes(name));
  if (strange === undefined) return;
  const meant = nearest(strange, known);
  const hint = meant === undefined ? `it takes ${known.join(', ')}` : `did you mean ${meant}?`;
  throw new WhitewaterError('USAGE', `a relay has no option ${JSON.stringify(strange)}; ${hint}`);
}

/** @throws {WhitewaterError} USAGE, naming the option and its legal values */
export function resolveOptions(options: RelayOptions): ResolvedOptions {
  refuseUnknown(options);
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const resolved: ResolvedOptions = { ...RELAY_DEFAULTS, ...given };
  for (const [name, least] of Object.entries(LEAST) as [keyof RelayOptions, number][]) {
    const value = resolved[name];
    const most = MOST[name] ?? MOST_OF_ALL;
    if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
      throw new WhitewaterError('USAGE', `the option ${name} must be a whole number from ${least} to ${most}`);
    }
  }
  if (resolved.bufferBytesMax < resolved.frameBytesMax) {
    throw new WhitewaterError(
      'USAGE',
      `bufferBytesMax (${resolved.bufferBytesMax}) must be at least frameBytesMax (${resolved.frameBytesMax}), or the largest frames could never be delivered`,
    );
  }
  if (resolved.bufferBytesTotalMax < 2 * resolved.bufferBytesMax) {
    throw new WhitewaterError(
      'USAGE',
      `bufferBytesTotalMax (${resolved.bufferBytesTotalMax}) must be at least twice bufferBytesMax (${resolved.bufferBytesMax}), or no receiver could ever use that up`,
    );
  }
  if (resolved.token === '') {
    throw new WhitewaterError('USAGE', 'the token is empty: leave it out, or give at least one character');
  }
  if (resolved.secret !== undefined) checkSecret(resolved.secret);
  if (resolved.tokens !== undefined) readTokens(resolved.tokens);
  return resolved;
}
