import { nanoid } from 'nanoid';
import type { ClusterTransport } from '../../client/ClusterTransport.ts';
import type { ClientHandlers } from '../../endpoint/ports/Transport.ts';
import type { FrameSigner } from '../../endpoint/ports/FrameSigner.ts';
import { readFrame } from '../../endpoint/transport/FrameReader.ts';
import { encodeFrame, encodeHead } from '../../shared/envelope.ts';
import { WhitewaterError, type ErrorCode } from '../../shared/errors.ts';
import { peerId, type ClusterId, type PeerId } from '../../shared/ids.ts';
import type { SignedHead } from '../../shared/signing.ts';
import type { EndpointMessage } from '../../shared/protocol.ts';
import type { Cluster } from '../hub/Cluster.ts';
import type { Connection, Identity } from '../hub/Connection.ts';
import type { Endpoint } from '../hub/Endpoint.ts';
import type { Hub } from '../hub/Hub.ts';
import { MESSAGE_KINDS } from '../hub/messageKinds.ts';

/** How it is called in a cluster, if nobody else is; else `http-2` and so on. */
const NAME = 'http';
/** After its connection was cut, it comes back this late, and tries again this often while it is refused. */
const RETRY_MS = 100;
/** Of frames that came, parsed in one turn; or one frame, which may be larger. */
const BYTES_AT_ONCE = 65_536;

/** What means that the endpoint may come back, perhaps under another name. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'DISCONNECTED_BY_OPERATOR',
  'IDENTITY_TAKEN',
  'IDENTITY_REPLACED',
]);

/**
 * The relay's own client of one cluster: an endpoint like that of any client, but without a socket. What it sends and hears goes
 * through the cluster's forwarding with all its faults.
 */
export class GatewayEndpoint implements ClusterTransport, Connection {
  readonly #hub: Hub;
  readonly #clusterId: ClusterId;
  readonly #signer: FrameSigner | undefined;
  readonly #instance = nanoid();
  #id = nanoid(10);
  #name = peerId(NAME);
  #admitted: { readonly cluster: Cluster; readonly endpoint: Endpoint } | undefined;
  #handlers: ClientHandlers | undefined;
  /** Frames that arrived in this turn: at most `bufferBytesMax`, like what waits for any other receiver. */
  readonly #arrived: { readonly text: string; readonly bytes: number }[] = [];
  #arrivedBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #hasEnded = false;

  /** @param signer of a cluster whose peers sign */
  constructor(hub: Hub, cluster: ClusterId, signer?: FrameSigner) {
    this.#hub = hub;
    this.#signer = signer;
    this.#clusterId = cluster;
  }

  get id(): string {
    return this.#id;
  }

  get identity(): Identity {
    return { cluster: this.#clusterId, id: this.#name, isEphemeral: true, remoteAddress: 'this relay' };
  }

  /** It was stopped, or cannot come back. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  start(handlers: ClientHandlers): void {
    this.#handlers = handlers;
    this.#connectIn(0);
  }

  send(to: PeerId, id: number, message: EndpointMessage): boolean {
    const admitted = this.#admitted;
    if (admitted === undefined) return false;
    const { cluster, endpoint } = admitted;
    const head = { type: message.type, from: this.#name, to, id };
    const frame = Buffer.from(this.#encode(head, message.body));
    if (frame.length > this.#hub.options.frameBytesMax) return false;
    endpoint.heardAtMs = this.#hub.turn.nowMs();
    cluster.forward(endpoint, head, MESSAGE_KINDS.get(message.type), frame);
    return true;
  }

  #encode(head: SignedHead, body: unknown): string {
    if (this.#signer === undefined) return encodeFrame({ ...head, body });
    const text = JSON.stringify(body);
    return `${encodeHead({ ...head, mac: this.#signer.sign(head, text) })}${text}}`;
  }

  lookUp(): boolean {
    const cluster = this.#admitted?.cluster;
    if (cluster === undefined) return false;
    queueMicrotask(() => this.#handlers?.onDirectory(cluster.directory()));
    return true;
  }

  async stop(): Promise<void> {
    this.#handlers = undefined;
    this.#end('it was not used any more');
  }

  offer(frame: Uint8Array): boolean {
    if (this.#arrivedBytes + frame.length > this.#hub.options.bufferBytesMax) return false;
    if (this.#arrived.length === 0) setImmediate(() => this.#read());
    // The bytes are the sender's buffer, which is used again.
    const text = Buffer.from(frame.buffer, frame.byteOffset, frame.length).toString('utf8');
    this.#arrived.push({ text, bytes: frame.length });
    this.#arrivedBytes += frame.length;
    return true;
  }

  /** A client has no election timer. */
  timeOut(): boolean {
    return true;
  }

  closeWith(code: ErrorCode, message: string): void {
    if (this.#hasEnded) return;
    this.#leave(code);
    if (PASSING.has(code)) this.#connectIn(RETRY_MS);
    else this.#fail(new WhitewaterError(code, message));
  }

  cut(reason: string): void {
    if (this.#hasEnded) return;
    this.#leave(reason);
    this.#connectIn(RETRY_MS);
  }

  discard(reason: string): void {
    this.#leave(reason);
  }

  /** A part in each turn: other clusters do not wait until all is parsed that a peer sends to this one's client. */
  #read(): void {
    for (let bytesRead = 0; bytesRead < BYTES_AT_ONCE;) {
      const next = this.#arrived.shift();
      if (next === undefined) return;
      bytesRead += next.bytes;
      this.#arrivedBytes -= next.bytes;
      const read = readFrame(next.text, this.#name, this.#signer);
      // A peer's frame that is none is a peer's defect, which a client outlives: the request is repeated.
      if (read.kind === 'message') this.#handlers?.onMessage(read.from, read.id, read.message);
    }
    if (this.#arrived.length > 0) setImmediate(() => this.#read());
  }

  #connectIn(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(), delayMs).unref();
  }

  #connect(): void {
    if (this.#hasEnded) return;
    try {
      this.#name = freeName(this.#hub.cluster(this.#clusterId));
      this.#id = nanoid(10);
      this.#admitted = this.#hub.admit(this, { instance: this.#instance, signs: this.#signer !== undefined });
    } catch (error) {
      if (!(error instanceof WhitewaterError)) throw error;
      if (PASSING.has(error.code)) this.#connectIn(RETRY_MS);
      else this.#fail(error);
      return;
    }
    this.#handlers?.onConnected(true);
  }

  #leave(reason: string): void {
    const admitted = this.#admitted;
    if (admitted === undefined) return;
    this.#admitted = undefined;
    this.#arrived.length = 0;
    this.#arrivedBytes = 0;
    admitted.cluster.disconnected(admitted.endpoint, this, reason);
    this.#handlers?.onConnected(false);
  }

  #fail(error: WhitewaterError): void {
    const handlers = this.#handlers;
    this.#end(error.code);
    handlers?.onFailed(error);
  }

  #end(reason: string): void {
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    this.#leave(reason);
  }
}

/** A name that nobody else has. One that an operator refuses stays its own, so that refusing it means something. */
function freeName({ roster }: Cluster): PeerId {
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? NAME : `${NAME}-${count}`;
    const holder = roster.get(name);
    if (holder === undefined || (holder.isEphemeral && holder.connection === undefined)) return peerId(name);
  }
}
