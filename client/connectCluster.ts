import { nanoid } from 'nanoid';
import { SystemClock } from '../endpoint/clock/SystemClock.ts';
import type { Logger } from '../endpoint/ports/Logger.ts';
import type { FrameSigner } from '../endpoint/ports/FrameSigner.ts';
import { nodeSigner } from '../endpoint/transport/nodeSigner.ts';
import { openNodeWebSocket } from '../endpoint/transport/nodeWebSocket.ts';
import type { OpenSocket } from '../endpoint/transport/RelaySocket.ts';
import { RelayTransport } from '../endpoint/transport/RelayTransport.ts';
import {
  anId,
  anyFunction,
  anyText,
  aSecret,
  checkOptions,
  objectWith,
  relayAddresses,
  type OptionChecks,
} from '../shared/checkOptions.ts';
import { SESSION_TIME_TO_LIVE_MS_MAX, SESSION_TIME_TO_LIVE_MS_MIN } from '../shared/messages/ClientRequest.ts';
import { WhitewaterError } from '../shared/errors.ts';
import { clusterId, peerId } from '../shared/ids.ts';
import { ClusterClient } from './ClusterClient.ts';

export interface ConnectOptions {
  readonly cluster: string;
  /** One address or several in order of preference: `host:port`, `http://host:port`, `https://host`. */
  readonly relay: string | readonly string[];
  /** This client's name on the relay, by which its link can be cut. Default: one drawn at random. */
  readonly id?: string;
  /** For a relay that asks for one. */
  readonly token?: string;
  /** The secret of a cluster whose peers sign, or an adapter that signs with it. */
  readonly secret?: string | FrameSigner;
  readonly sessionTimeToLiveMs?: number;
  readonly logger?: Logger;
  /** Default: the package `ws`. */
  readonly openSocket?: OpenSocket;
}

const CHECKS: OptionChecks<ConnectOptions> = {
  cluster: { ...anId, isRequired: true },
  relay: relayAddresses,
  id: anId,
  token: anyText,
  secret: aSecret,
  sessionTimeToLiveMs: {
    legal: `a whole number of milliseconds from ${SESSION_TIME_TO_LIVE_MS_MIN} to ${SESSION_TIME_TO_LIVE_MS_MAX}`,
    accepts: (value) =>
      Number.isInteger(value) &&
      Number(value) >= SESSION_TIME_TO_LIVE_MS_MIN &&
      Number(value) <= SESSION_TIME_TO_LIVE_MS_MAX,
  },
  logger: objectWith('info', 'warn', 'error'),
  openSocket: anyFunction,
};

/**
 * A client of a cluster, over a relay. It connects in the background, and again whenever the connection is lost; requests wait
 * meanwhile.
 * @throws {WhitewaterError} `USAGE`, saying which option is wrong, missing or unknown
 */
export function connectCluster<Command = unknown, Result = unknown, Query = unknown, Answer = unknown>(
  options: ConnectOptions,
): ClusterClient<Command, Result, Query, Answer> {
  checkOptions('connectCluster', options, CHECKS);
  const { relay, token, secret, logger, openSocket = openNodeWebSocket, sessionTimeToLiveMs } = options;
  const clock = new SystemClock();
  const ids = idsOf(options);
  const signer = typeof secret === 'string' ? nodeSigner(secret, ids.cluster) : secret;
  const transport = new RelayTransport({
    ...{ kind: 'client', ...ids, relays: typeof relay === 'string' ? [relay] : relay },
    ...{ openSocket, clock, random: Math.random },
    ...(token === undefined ? {} : { token }),
    ...(signer === undefined ? {} : { signer }),
    ...(logger === undefined ? {} : { logger }),
  });
  return new ClusterClient({ transport, clock, ...(sessionTimeToLiveMs === undefined ? {} : { sessionTimeToLiveMs }) });
}

function idsOf({ cluster, id = `client-${nanoid(8)}` }: ConnectOptions) {
  try {
    return { cluster: clusterId(cluster), id: peerId(id) };
  } catch (error) {
    if (error instanceof RangeError) throw new WhitewaterError('USAGE', error.message, { cause: error });
    throw error;
  }
}
