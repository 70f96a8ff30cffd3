import { nanoid } from 'nanoid';
import { encodeHead } from '../../shared/envelope.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { ClusterId, PeerId } from '../../shared/ids.ts';
import type { Refused } from '../../shared/messages/Refused.ts';
import type { Status } from '../../shared/messages/Status.ts';
import type { Welcome } from '../../shared/messages/Welcome.ts';
import { PROTOCOL_VERSION, type EndpointMessage } from '../../shared/protocol.ts';
import { SILENT_TRACE, type Trace, type TraceTopic } from '../../shared/trace.ts';
import type { SignedHead } from '../../shared/signing.ts';
import { VERSION } from '../../shared/version.ts';
import type { Clock, Timer } from '../ports/Clock.ts';
import type { FrameSigner } from '../ports/FrameSigner.ts';
import { SILENT_LOGGER, type Logger } from '../ports/Logger.ts';
import type { Transport, TransportHandlers } from '../ports/Transport.ts';
import { BACKOFF_DEFAULTS, type Backoff } from './backoff.ts';
import type { Ending } from './ending.ts';
import type { ReadFrame } from './FrameReader.ts';
import { RateLimitedWarnings } from './RateLimitedWarnings.ts';
import { parseRelayAddress, type EndpointKind } from './relayAddress.ts';
import { CONNECTION_TIMES, type ConnectionTimes, type RelayConnection } from './RelayConnection.ts';
import { RelayDialer } from './RelayDialer.ts';
import type { OpenSocket } from './RelaySocket.ts';
import { newCounters, type TransportCounters, type UnsentCause } from './TransportCounters.ts';

export interface RelayTransportOptions {
  /** Default: a peer. */
  readonly kind?: EndpointKind;
  readonly cluster: ClusterId;
  readonly id: PeerId;
  /** Which process this is; see Hello. Default: drawn at random. */
  readonly instance?: string;
  /** Addresses of relays in order of preference, such as `127.0.0.1:7070` or `https://relay.example`. */
  readonly relays: readonly string[];
  readonly openSocket: OpenSocket;
  readonly clock: Clock;
  /** A number in [0, 1), the next one at each call. */
  readonly random: () => number;
  readonly token?: string;
  /** Of a cluster with a secret: signs what leaves, and drops what arrives without a good signature. */
  readonly signer?: FrameSigner;
  readonly logger?: Logger;
  readonly trace?: Trace;
  readonly times?: ConnectionTimes;
  readonly backoff?: Backoff;
}

/** Frames that would let more than this wait in the socket are dropped; Raft repeats what matters. */
const BUFFERED_BYTES_MAX = 4 * 1_048_576;
/** Answers to clients leave room: heartbeats must not be dropped behind them. */
const REPLIES_BUFFERED_BYTES_MAX = 524_288;
/** While more than this waits, statuses wait outside, where a newer one can replace an older one. */
const STATUS_BEHIND_BYTES = 65_536;
const STATUS_RETRY_MS = 100;
/** How long a stop waits for the closing handshake. */
const CLOSE_MS_MAX = 500;

/**
 * Carries an endpoint's messages over one WebSocket to a relay, and brings that back when it is lost. Frames sent while there is no
 * connection are dropped.
 */
export class RelayTransport implements Transport {
  readonly #options: RelayTransportOptions;
  readonly #logger: Logger;
  readonly #trace: Trace;
  readonly #warnings: RateLimitedWarnings;
  readonly #dialer: RelayDialer;
  readonly #counters = newCounters();
  #handlers: TransportHandlers | undefined;
  #connection: RelayConnection | undefined;
  #frameBytesMax = 0;
  /** The body that was sent last. */
  #encoded: { readonly body: EndpointMessage['body']; readonly text: string } | undefined;
  #heldStatus: Status | undefined;
  #statusTimer: Timer | undefined;
  #stopping: Promise<void> | undefined;

  /** @throws {WhitewaterError} `USAGE` when no relay is named or an address is wrong */
  constructor(options: RelayTransportOptions) {
    const { cluster, id, openSocket, clock, random, token, signer, logger, trace, times, backoff } = options;
    const relays = [...new Set(options.relays.map(parseRelayAddress))];
    if (relays.length === 0) throw new WhitewaterError('USAGE', 'no relay is named: give at least one address');
    this.#options = options;
    this.#logger = logger ?? SILENT_LOGGER;
    this.#trace = trace ?? SILENT_TRACE;
    this.#warnings = new RateLimitedWarnings(this.#logger, clock);
    const hello = {
      protocolVersion: PROTOCOL_VERSION,
      application: 'raft',
      instance: options.instance ?? nanoid(),
      ...(signer === undefined ? {} : { signs: true }),
      software: `whitewater ${VERSION}`,
    };
    this.#dialer = new RelayDialer(
      {
        kind: options.kind ?? 'peer',
        ...{ cluster, id, relays, hello, token, signer, openSocket, clock, random },
        times: times ?? CONNECTION_TIMES,
        backoff: backoff ?? BACKOFF_DEFAULTS,
      },
      {
        onConnected: (connection, welcome) => this.#connected(connection, welcome),
        onLost: (connection, ending) => this.#lost(connection, ending),
        onFrame: (frame) => this.#received(frame),
        onDirectory: (directory) => this.#handlers?.onDirectory?.(directory),
        onTimeOut: () => this.#askedToTimeOut(),
        onRefused: (refused) => this.#refused(refused),
        onFailedTry: (relay, ending) => this.#failedTry(relay, ending),
        onFailed: (error) => this.#handlers?.onFailed(error),
        onEvent: (event, details) => this.#traced('transport', event, details),
      },
    );
  }

  /** The relay that this peer is connected to, as a WebSocket's URL. */
  get relay(): string | undefined {
    return this.#connection?.relay;
  }

  counters(): Readonly<TransportCounters> {
    const { unreadable, unsent } = this.#counters;
    return { ...this.#counters, unreadable: { ...unreadable }, unsent: { ...unsent } };
  }

  start(handlers: TransportHandlers): void {
    this.#handlers = handlers;
    this.#dialer.start();
  }

  send(to: PeerId, id: number, message: EndpointMessage): boolean {
    const connection = this.#connection;
    if (connection === undefined) return this.#unsent('notConnected', to, message);
    if (isClientReply(message) && connection.bufferedBytes > REPLIES_BUFFERED_BYTES_MAX) return false;
    if (connection.bufferedBytes > BUFFERED_BYTES_MAX) return this.#unsent('bufferFull', to, message);
    const frame = this.#frame({ type: message.type, from: this.#options.id, to, id }, this.#encode(message.body));
    if (!fits(frame, this.#frameBytesMax)) return this.#unsent('FRAME_TOO_LARGE', to, message);
    connection.send(frame);
    this.#counters.framesSent += 1;
    if (this.#trace.wants('frame')) {
      this.#traced('frame', 'sent', { type: message.type, to, ...termOf(message) }, `${this.#options.id}/${id}`);
    }
    return true;
  }

  #frame(head: SignedHead, body: string): string {
    const { signer } = this.#options;
    const signed = signer === undefined ? head : { ...head, mac: signer.sign(head, body) };
    return `${encodeHead(signed)}${body}}`;
  }

  /** One body may go to several receivers, one after the other. */
  #encode(body: EndpointMessage['body']): string {
    if (this.#encoded?.body !== body) this.#encoded = { body, text: JSON.stringify(body) };
    return this.#encoded.text;
  }

  sendStatus(status: Status): boolean {
    if (this.#connection === undefined) return false;
    this.#heldStatus = status;
    this.#flushStatus();
    return true;
  }

  /** Asks the relay whom it knows. @returns false when there is no connection to ask on */
  lookUp(): boolean {
    this.#connection?.sendControl({ type: 'Lookup', body: {} });
    return this.#connection !== undefined;
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  #stop(): Promise<void> {
    this.#handlers = undefined;
    this.#statusTimer?.stop();
    const connection = this.#connection;
    this.#connection = undefined;
    return new Promise((resolve) => {
      const { clock } = this.#options;
      const grace = clock.setTimer(clock.nowMs() + CLOSE_MS_MAX, () => {
        connection?.terminate();
        resolve();
      });
      this.#dialer.stop(() => {
        grace.stop();
        resolve();
      });
    });
  }

  #connected(connection: RelayConnection, { connectionId, frameBytesMax }: Welcome): void {
    const before = this.#connection;
    this.#connection = connection;
    this.#frameBytesMax = frameBytesMax;
    this.#counters.connections += 1;
    const { relay } = connection;
    this.#traced('transport', 'connected', { relay, connectionId });
    this.#logger.info(before === undefined ? `connected to ${relay}` : `moved from ${before.relay} to ${relay}`);
    if (before !== undefined) this.#handlers?.onConnected(false);
    this.#handlers?.onConnected(true);
  }

  #lost({ relay }: RelayConnection, { code, message, isWarning, next }: Ending): void {
    this.#connection = undefined;
    this.#heldStatus = undefined;
    this.#statusTimer?.stop();
    this.#traced('transport', 'disconnected', { relay, code });
    // What is final is told as the error because of which the peer stops.
    if (next !== 'final') {
      this.#warnings.warn(`lost ${code}`, `lost the connection: ${message}; trying again`, isWarning ? 'warn' : 'info');
    }
    this.#handlers?.onConnected(false);
  }

  #failedTry(relay: string, { code, message, isWarning, next }: Ending): void {
    this.#traced('transport', 'notConnected', { relay, code });
    if (next === 'final') return;
    this.#warnings.warn(`try ${relay} ${code}`, `${message}; trying again`, isWarning ? 'warn' : 'info');
  }

  #received(frame: Exclude<ReadFrame, { kind: 'control' }>): void {
    if (frame.kind === 'unreadable') {
      this.#counters.unreadable[frame.cause] += 1;
      this.#traced('frame', 'dropped', { cause: frame.cause });
      this.#warnings.warn(frame.cause, `dropped a frame that arrived, ${frame.cause}: ${frame.problem}`);
      return;
    }
    const { from, id, isSigned, message } = frame;
    this.#counters.framesReceived += 1;
    if (isSigned && this.#options.signer === undefined) this.#warnUnsigned(from);
    if (this.#trace.wants('frame')) {
      this.#traced('frame', 'received', { type: message.type, from, ...termOf(message) }, `${from}/${id}`);
    }
    this.#handlers?.onMessage(from, id, message);
  }

  /** All looks well here: what signers say arrives, and nothing of what this endpoint says is taken. */
  #warnUnsigned(from: PeerId): void {
    this.#warnings.warn(
      'does not sign',
      `${from} signs what it says, and ${this.#options.id} does not, so ${from} takes nothing from it; start ${this.#options.id} with the secret of this cluster (--secret-file)`,
    );
  }

  #refused({ code, message }: Refused): void {
    this.#counters.refused += 1;
    this.#traced('transport', 'refused', { code });
    this.#warnings.warn(`refused ${code}`, `the relay refused a frame, ${code}: ${message}`);
  }

  #askedToTimeOut(): void {
    this.#traced('transport', 'askedToTimeOut', { relay: this.relay });
    this.#handlers?.onTimeOut?.();
  }

  #unsent(cause: UnsentCause, to: PeerId, message: EndpointMessage): false {
    this.#counters.unsent[cause] += 1;
    this.#traced('frame', 'dropped', { cause, type: message.type, to });
    if (cause !== 'notConnected') {
      this.#warnings.warn(
        cause,
        `dropped a ${message.type} to ${to}, ${cause}: the relay takes frames too slowly or not at all`,
      );
    }
    return false;
  }

  /** A status is worth nothing once there is a newer one, so behind a full socket only the newest waits. */
  #flushStatus(): void {
    const connection = this.#connection;
    if (connection === undefined || this.#heldStatus === undefined) return;
    this.#statusTimer?.stop();
    if (connection.bufferedBytes > STATUS_BEHIND_BYTES) {
      const { clock } = this.#options;
      this.#statusTimer = clock.setTimer(clock.nowMs() + STATUS_RETRY_MS, () => this.#flushStatus());
      return;
    }
    connection.sendControl({ type: 'Status', body: this.#heldStatus });
    this.#heldStatus = undefined;
  }

  #traced(topic: TraceTopic, event: string, details: Readonly<Record<string, unknown>>, messageId?: string): void {
    if (!this.#trace.wants(topic)) return;
    const { cluster, id: node, clock } = this.#options;
    const record = { timeMs: clock.wallMs(), cluster, node, topic, event, details };
    this.#trace.write(messageId === undefined ? record : { ...record, messageId });
  }
}

function isClientReply({ type }: EndpointMessage): boolean {
  return type === 'ClientReply';
}

/** For a trace: what clients say has no term. */
function termOf({ body }: EndpointMessage): { readonly term?: number } {
  return 'term' in body ? { term: body.term } : {};
}

const encoder = new TextEncoder();

/** Whether a text has at most so many bytes as UTF-8. Counts them only when it is not plain: a character has one to three. */
function fits(text: string, bytesMax: number): boolean {
  if (text.length * 3 <= bytesMax) return true;
  return text.length <= bytesMax && encoder.encode(text).length <= bytesMax;
}
