import type { Socket } from 'node:net';
import type { WebSocket } from '@fastify/websocket';
import { nanoid } from 'nanoid';
import {
  CONTROL_FRAME_BYTES_MAX,
  decodeFrame,
  encodeFrame,
  RELAY_ADDRESS,
  REORDERED_FRAME_BYTES_MAX,
} from '../../shared/envelope.ts';
import type { Frame, Head } from '../../shared/envelope.ts';
import { WhitewaterError, type ErrorCode } from '../../shared/errors.ts';
import type { Bodies } from '../../shared/protocol.ts';
import { PROTOCOL_VERSION } from '../../shared/protocol.ts';
import { validateBody } from '../../shared/validate.ts';
import type { Cluster } from './Cluster.ts';
import type { Connection, Identity } from './Connection.ts';
import { asksForAdmin } from './clientLimits.ts';
import { RAFT_APPLICATION, type Endpoint } from './Endpoint.ts';
import type { Hub } from './Hub.ts';
import { MESSAGE_KINDS, type MessageKind } from './messageKinds.ts';
import { HeadReader, type RoutingKeys } from './HeadReader.ts';
import type { Meter } from '../locks/AddressLimits.ts';
import { Bucket } from '../locks/Bucket.ts';
import { SocketSender } from './SocketSender.ts';
import { answerPings, breachIn } from './webSocketTrouble.ts';

const CONTROL_BURST_SECONDS = 2;

/** What an accepted Hello gives a connection. */
interface Admitted {
  readonly cluster: Cluster;
  readonly endpoint: Endpoint;
  /** The relay knows every message of this application, and refuses others. */
  readonly isRaft: boolean;
}

/** One socket of an endpoint, from its upgrade to its end. */
export class SocketConnection implements Connection {
  readonly id = nanoid(10);
  readonly identity: Identity;
  readonly #hub: Hub;
  readonly #webSocket: WebSocket;
  readonly #heads = new HeadReader();
  readonly #sender: SocketSender;
  readonly #helloTimer: NodeJS.Timeout;
  /** Of an address that has limits. */
  readonly #meter: Meter | undefined;
  readonly #controlFrames: Bucket;
  /** While nothing is read. */
  #pauseTimer: NodeJS.Timeout | undefined;
  readonly #endWatch: () => void;
  #admitted: Admitted | undefined;
  #isClosed = false;

  constructor(hub: Hub, webSocket: WebSocket, socket: Socket, identity: Identity) {
    this.#hub = hub;
    this.#webSocket = webSocket;
    this.identity = identity;
    this.#sender = new SocketSender(hub, webSocket, socket, identity.id, {
      onControl: () => this.#countControl(),
      onUnsent: (frames) => this.#admitted?.cluster.unsent(this.#admitted.endpoint, frames),
    });
    this.#endWatch = hub.liveness.watch({
      webSocket,
      socket,
      progress: this.#sender.outbox,
      isHeld: () => this.#pauseTimer !== undefined,
      onDead: (why) => this.#lost(why),
    });
    this.#meter = hub.limits.meterOf(socket);
    this.#controlFrames = new Bucket(hub.options.controlFramesPerSecond, CONTROL_BURST_SECONDS);
    const { helloTimeoutMs } = hub.options;
    const late = `no Hello came within ${helloTimeoutMs} ms of connecting`;
    this.#helloTimer = setTimeout(() => this.closeWith('HELLO_EXPECTED', late), helloTimeoutMs).unref();
    // Without fragments and with the default binary type, `ws` gives every message as one Buffer.
    webSocket.on('message', (data, isBinary) => this.#onMessage(data as Buffer, isBinary));
    answerPings(webSocket, (message) => this.closeWith('PING_FLOOD', message));
    webSocket.on('error', (error) => this.#onError(error));
    webSocket.on('close', (code) => {
      this.#sender.close();
      this.#end(`the socket closed with code ${code}`);
    });
  }

  get name(): string {
    return `${this.identity.cluster}/${this.identity.id}`;
  }

  offer(frame: Uint8Array): boolean {
    return this.#sender.outbox.offer(frame, true);
  }

  timeOut(): boolean {
    return this.#sender.tell('TimeOut', {});
  }

  /** The identity is free before the socket is gone. */
  closeWith(code: ErrorCode, message: string, inReplyTo?: number): void {
    if (this.#isClosed) return;
    this.#note(code, message);
    this.#sender.finish(code, message, inReplyTo);
    this.#end(code, false);
  }

  cut(reason: string): void {
    this.discard(reason);
  }

  discard(reason: string): void {
    this.#webSocket.terminate();
    this.#end(reason);
  }

  #lost(why: string): void {
    this.#note('CONNECTION_LOST', `${why}; a living peer connects again`);
    this.discard('CONNECTION_LOST');
  }

  #onMessage(data: Buffer, isBinary: boolean): void {
    if (this.#isClosed) return;
    if (this.#meter !== undefined) this.#measure(this.#meter, data.length);
    try {
      this.#receive(data, isBinary);
    } catch (error) {
      this.#hub.options.logger.error(`INTERNAL ${this.name}: a frame met a defect of the relay`, { error });
      this.closeWith('INTERNAL', 'the relay met a defect of its own while it handled a frame; please report it');
    }
  }

  /** What was read already is carried all the same; the sender is held up by TCP, and loses nothing. */
  #measure(meter: Meter, bytes: number): void {
    const waitMs = meter.take(bytes, this.#hub.turn.nowMs());
    if (waitMs === 0) return;
    clearTimeout(this.#pauseTimer);
    this.#webSocket.pause();
    this.#pauseTimer = setTimeout(() => this.#goOn(), waitMs).unref();
  }

  #goOn(): void {
    this.#pauseTimer = undefined;
    this.#webSocket.resume();
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (isBinary) {
      this.closeWith('FRAME_NOT_JSON', 'a frame came as a binary message; frames are text messages');
      return;
    }
    const admitted = this.#admitted;
    const head = this.#heads.read(data);
    const isControl = admitted === undefined || head?.to === RELAY_ADDRESS;
    if (isControl && this.#isTooLarge(data, head?.id)) return;
    if (admitted === undefined || head === undefined || head.to === RELAY_ADDRESS) {
      this.#receiveWhole(data, head);
    } else if (this.#isOwn(head)) {
      this.#carry(admitted, head, head.kind, data);
      admitted.endpoint.heardAtMs = this.#hub.turn.nowMs();
    }
  }

  /** The way of frames that have to be read as a whole: for the relay, or with their keys in another order. */
  #receiveWhole(data: Buffer, head: RoutingKeys | undefined): void {
    if (head === undefined && this.#admitted !== undefined && data.length > REORDERED_FRAME_BYTES_MAX) {
      const message = `a frame of ${data.length} bytes does not begin with type, from, to, id and body, in this order and without blanks; of others the relay reads ${REORDERED_FRAME_BYTES_MAX} at most`;
      this.closeWith('FRAME_TOO_LARGE', `${message}: write them so`);
      return;
    }
    const decoded = decodeFrame(data.toString('utf8'));
    if (!decoded.ok) {
      this.closeWith(decoded.code, `${decoded.message}; see docs/PROTOCOL.md`, head?.id);
      return;
    }
    const { frame } = decoded;
    if (!this.#isOwn(frame)) return;
    const admitted = this.#admitted;
    if (admitted === undefined) {
      this.#hello(frame);
      return;
    }
    admitted.endpoint.heardAtMs = this.#hub.turn.nowMs();
    if (frame.to === RELAY_ADDRESS) {
      if (!this.#isTooLarge(data, frame.id)) this.#control(admitted, frame);
    } else this.#carryReordered(admitted, frame);
  }

  /** The relay keeps what control frames say, and parses them: before either, they have to be small. */
  #isTooLarge({ length }: Buffer, id: number | undefined): boolean {
    if (length <= CONTROL_FRAME_BYTES_MAX) return false;
    const message = `a frame to ${RELAY_ADDRESS} has ${length} bytes; the relay reads ${CONTROL_FRAME_BYTES_MAX} at most`;
    this.closeWith('FRAME_TOO_LARGE', message, id);
    return true;
  }

  #isOwn({ from, id }: Pick<RoutingKeys, 'from' | 'id'>): boolean {
    if (from === this.identity.id) return true;
    this.closeWith('FRAME_FORGED', `a frame claims to be from ${from}, on the connection of ${this.identity.id}`, id);
    return false;
  }

  #carry(
    { cluster, endpoint, isRaft }: Admitted,
    head: Omit<Head, 'bodyOffset'>,
    kind: MessageKind | undefined,
    bytes: Buffer,
  ): void {
    if (kind === 'control') {
      this.#refuse('FRAME_TYPE_UNKNOWN', `${head.type} is for the relay, not for other endpoints`, head.id);
    } else if (kind === undefined && isRaft) {
      this.#refuse('FRAME_TYPE_UNKNOWN', `${head.type} is not a message of the Raft protocol`, head.id);
    } else if (this.identity.isEphemeral && (isRaft || kind !== undefined) && head.type !== 'ClientRequest') {
      // Whatever application it names: a token for clients must not let anybody speak as a peer.
      this.#refuse('FRAME_TYPE_UNKNOWN', `a client sends ClientRequest; ${head.type} is for peers to send`, head.id);
    } else if (this.identity.isLimited === true && asksForAdmin(bytes)) {
      this.#refuse('ACCESS_DENIED', 'changes of members and transfers of leadership need an admin token', head.id);
    } else {
      cluster.forward(endpoint, head, kind, bytes);
    }
  }

  /** Written anew in canonical order, so that receivers see one order only and doubled keys are gone. */
  #carryReordered(admitted: Admitted, frame: Frame): void {
    const bytes = encodeAgain(frame);
    if (bytes === undefined) {
      this.closeWith('FRAME_MALFORMED', 'the body is nested too deeply to be written in canonical order', frame.id);
    } else if (bytes.length > this.#hub.options.frameBytesMax) {
      // Numbers such as 1e20 grow when written again.
      this.closeWith('FRAME_TOO_LARGE', `in canonical order the frame has ${bytes.length} bytes`, frame.id);
    } else {
      this.#carry(admitted, frame, MESSAGE_KINDS.get(frame.type), bytes);
    }
  }

  #hello(frame: Frame): void {
    if (frame.type !== 'Hello' || frame.to !== RELAY_ADDRESS) {
      const message = `the first frame must be a Hello to ${RELAY_ADDRESS}, not a ${frame.type} to ${frame.to}`;
      this.closeWith('HELLO_EXPECTED', message, frame.id);
      return;
    }
    // Before the schema: a Hello of another version may well have another shape.
    const theirs = versionIn(frame.body);
    if (theirs !== undefined && theirs !== PROTOCOL_VERSION) {
      const message = `this relay speaks version ${PROTOCOL_VERSION} of the protocol, the peer version ${theirs}: upgrade the older one`;
      this.closeWith('PROTOCOL_VERSION_UNSUPPORTED', message, frame.id);
      return;
    }
    const validated = validateBody('Hello', frame.body);
    if (!validated.ok) this.closeWith('HELLO_EXPECTED', validated.message, frame.id);
    else this.#admit(frame.body as Bodies['Hello'], frame.id);
  }

  #admit(hello: Bodies['Hello'], inReplyTo: number): void {
    clearTimeout(this.#helloTimer);
    try {
      const { cluster, endpoint } = this.#hub.admit(this, hello);
      endpoint.application = hello.application;
      this.#admitted = { cluster, endpoint, isRaft: hello.application === RAFT_APPLICATION };
      endpoint.heardAtMs = this.#hub.turn.nowMs();
      cluster.traffic.controlFrames += 1;
    } catch (error) {
      if (!(error instanceof WhitewaterError)) throw error;
      this.closeWith(error.code, error.message, inReplyTo);
      return;
    }
    const { frameBytesMax } = this.#hub.options;
    this.#sender.tell('Welcome', { protocolVersion: PROTOCOL_VERSION, connectionId: this.id, frameBytesMax });
  }

  #control({ cluster, endpoint }: Admitted, { type, id, body }: Frame): void {
    if (this.#isFlood()) return;
    if (type === 'Hello') {
      this.closeWith('HELLO_EXPECTED', 'a second Hello came; a connection says Hello once, as its first frame', id);
      return;
    }
    if (type !== 'Status' && type !== 'Lookup' && type !== 'Ping') {
      this.#refuse('FRAME_TYPE_UNKNOWN', `the relay takes Hello, Status, Lookup and Ping; ${type} is none of them`, id);
      return;
    }
    if (type === 'Status' && this.identity.isEphemeral) {
      // What a peer tells of itself is how the relay knows leader and voters: a token for clients must not say it.
      this.#refuse('FRAME_TYPE_UNKNOWN', 'a Status is for peers to tell; a client sends Lookup and Ping', id);
      return;
    }
    const validated = validateBody(type, body);
    if (!validated.ok) {
      this.#refuse(validated.code, validated.message, id);
      return;
    }
    cluster.traffic.controlFrames += 1;
    if (validated.message.type === 'Status') cluster.statusOf(endpoint, validated.message.body);
    else if (validated.message.type === 'Lookup') this.#sender.tell('Directory', cluster.directory());
    else this.#sender.tell('Pong', { inReplyTo: id });
  }

  /** What the relay has to read or to answer itself costs it far more than what it carries, and everybody waits for that. */
  #isFlood(): boolean {
    if (this.#controlFrames.take(1, this.#hub.turn.nowMs())) return false;
    const message = `more than ${this.#hub.options.controlFramesPerSecond} frames a second came that the relay itself reads or refuses`;
    this.closeWith('PING_FLOOD', `${message}: send fewer`);
    return true;
  }

  /** The frame is dropped, the connection stays. */
  #refuse(code: ErrorCode, message: string, inReplyTo: number): void {
    if (this.#isFlood()) return;
    this.#note(code, message);
    this.#sender.refuse(code, message, inReplyTo);
  }

  #countControl(): void {
    if (this.#admitted !== undefined) this.#admitted.cluster.traffic.controlFrames += 1;
  }

  #note(code: ErrorCode, message: string): void {
    this.#hub.noteRefusal(code, this.identity, message);
  }

  /** `ws` has begun to close the socket with a code of its own when it reports an error of the WebSocket protocol. */
  #onError(error: Error & { code?: string }): void {
    if (this.#isClosed) return;
    const breach = breachIn(error, this.#hub.options.frameBytesMax);
    if (breach === undefined) this.discard(`the socket failed: ${error.message}`);
    else {
      this.#note(breach.code, breach.message);
      this.#end(breach.code);
    }
  }

  /** @param isOutboxOver false while what waits is still to leave */
  #end(reason: string, isOutboxOver = true): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#helloTimer);
    // A socket that is not read would not notice the end of its closing handshake.
    if (this.#pauseTimer !== undefined) this.#goOn();
    this.#endWatch();
    if (isOutboxOver) this.#sender.close();
    this.#hub.ended(this);
    this.#admitted?.cluster.disconnected(this.#admitted.endpoint, this, reason);
  }
}

function versionIn(body: unknown): number | undefined {
  const version: unknown = (body as { protocolVersion?: unknown } | null)?.protocolVersion;
  return Number.isSafeInteger(version) ? (version as number) : undefined;
}

/** @returns undefined when the body's nesting is beyond what can be written */
function encodeAgain(frame: Frame): Buffer | undefined {
  try {
    return Buffer.from(encodeFrame(frame));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
