import { encodeFrame, RELAY_ADDRESS } from '../../shared/envelope.ts';
import type { ClusterId, PeerId } from '../../shared/ids.ts';
import type { Directory } from '../../shared/messages/Directory.ts';
import type { Hello } from '../../shared/messages/Hello.ts';
import type { Refused } from '../../shared/messages/Refused.ts';
import type { Welcome } from '../../shared/messages/Welcome.ts';
import { PROTOCOL_VERSION, type ControlMessage } from '../../shared/protocol.ts';
import type { Clock, Timer } from '../ports/Clock.ts';
import type { FrameSigner } from '../ports/FrameSigner.ts';
import { announcesEnd, endingOf, silence, versionMismatch, type Ending, type EndingContext } from './ending.ts';
import { readFrame, type FromRelay, type ReadFrame } from './FrameReader.ts';
import { endpointUrl, type EndpointKind } from './relayAddress.ts';
import type { OpenSocket, RelaySocket, SocketEnd } from './RelaySocket.ts';

export interface ConnectionTimes {
  /** From the beginning to `Welcome`. */
  readonly welcomeMsMax: number;
  /** After so long without a word the relay is pinged. */
  readonly silentMs: number;
  /** After so long without a word the connection is given up. */
  readonly silentMsMax: number;
}

export const CONNECTION_TIMES: ConnectionTimes = { welcomeMsMax: 3000, silentMs: 700, silentMsMax: 1800 };

export interface ConnectionOptions {
  readonly relay: string;
  readonly kind: EndpointKind;
  readonly cluster: ClusterId;
  readonly id: PeerId;
  readonly hello: Hello;
  readonly token: string | undefined;
  readonly signer: FrameSigner | undefined;
  readonly openSocket: OpenSocket;
  readonly clock: Clock;
  readonly times: ConnectionTimes;
}

export interface ConnectionHandlers {
  onWelcome(welcome: Welcome): void;
  onFrame(frame: Exclude<ReadFrame, { kind: 'control' }>): void;
  onDirectory(directory: Directory): void;
  onTimeOut(): void;
  /** The relay did not take a frame of ours; the connection stays. */
  onRefused(refused: Refused): void;
  onPing(): void;
  /** Once, and the last call. Not after `close` or `terminate`. */
  onEnded(ending: Ending): void;
}

/** One socket to one relay, from its opening over Hello and Welcome to its end. Silence ends it too. */
export class RelayConnection {
  readonly relay: string;
  readonly #options: ConnectionOptions;
  readonly #handlers: ConnectionHandlers;
  readonly #socket: RelaySocket;
  readonly #startedAtMs: number;
  #state: 'opening' | 'greeting' | 'welcomed' | 'ended' = 'opening';
  #timer: Timer;
  #heardAtMs: number;
  /** When the ping was sent that is not answered yet. */
  #pingedAtMs: number | undefined;
  #framesSent = 0;
  #refused: Refused | undefined;
  #onGone: (() => void) | undefined;
  #isGone = false;

  constructor(options: ConnectionOptions, handlers: ConnectionHandlers) {
    const { relay, kind, cluster, id, clock, times } = options;
    this.relay = relay;
    this.#options = options;
    this.#handlers = handlers;
    this.#startedAtMs = this.#heardAtMs = clock.nowMs();
    this.#timer = clock.setTimer(this.#startedAtMs + times.welcomeMsMax, () => this.#welcomeOverdue());
    const { token } = options;
    this.#socket = options.openSocket(endpointUrl(relay, kind, cluster, id), token === undefined ? {} : { token }, {
      onOpen: () => this.#opened(),
      onText: (text) => this.#received(readFrame(text, id, options.signer)),
      onBinary: () =>
        this.#received({ kind: 'unreadable', cause: 'FRAME_NOT_JSON', problem: 'a binary message; frames are text' }),
      onAlive: () => this.#alive(),
      onClosed: (end) => this.#closed(end),
    });
  }

  get isWelcomed(): boolean {
    return this.#state === 'welcomed';
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedBytes;
  }

  /** Sends a whole frame. Only while welcomed. */
  send(frame: string): void {
    this.#socket.send(frame);
  }

  sendControl(message: Extract<ControlMessage, { type: 'Hello' | 'Status' | 'Lookup' | 'Ping' }>): void {
    this.#framesSent += 1;
    const { type, body } = message;
    const { id: from } = this.#options;
    this.#socket.send(encodeFrame({ type, from, to: RELAY_ADDRESS, id: this.#framesSent, body }));
  }

  /** Ends it with a closing handshake. @param onGone called once the socket is gone */
  close(onGone: () => void): void {
    this.#end();
    if (this.#isGone) onGone();
    else this.#onGone = onGone;
    this.#socket.close();
  }

  terminate(): void {
    this.#end();
    this.#socket.terminate();
  }

  #opened(): void {
    if (this.#state !== 'opening') return;
    this.#state = 'greeting';
    this.sendControl({ type: 'Hello', body: this.#options.hello });
  }

  #received(frame: ReadFrame): void {
    if (this.#state === 'ended') return;
    this.#alive();
    if (frame.kind === 'control') this.#control(frame.message);
    else this.#handlers.onFrame(frame);
  }

  #control(message: FromRelay): void {
    switch (message.type) {
      case 'Welcome':
        return this.#welcomed(message.body);
      case 'Refused':
        this.#refused = message.body;
        if (!announcesEnd(message.body.code)) this.#handlers.onRefused(message.body);
        return;
      case 'Directory':
        return this.#handlers.onDirectory(message.body);
      case 'TimeOut':
        // A relay that is only being tried has nothing to wish.
        if (this.isWelcomed) this.#handlers.onTimeOut();
        return;
      case 'Pong':
        return;
      default:
        message satisfies never;
    }
  }

  #welcomed(welcome: Welcome): void {
    if (this.#state !== 'greeting') return;
    if (welcome.protocolVersion !== PROTOCOL_VERSION) {
      this.#giveUp(versionMismatch(this.#context(), welcome.protocolVersion));
      return;
    }
    this.#state = 'welcomed';
    this.#timer.stop();
    this.#watch();
    this.#handlers.onWelcome(welcome);
  }

  #alive(): void {
    this.#heardAtMs = this.#options.clock.nowMs();
    this.#pingedAtMs = undefined;
  }

  #welcomeOverdue(): void {
    this.#giveUp(silence(this.#context(), this.#options.clock.nowMs() - this.#startedAtMs));
  }

  /**
   * Looks whether the relay was heard lately. A process that was itself stopped for a while pings first and judges
   * by what comes back: its own absence must not look like the relay's.
   */
  #watch(): void {
    const { clock, times } = this.#options;
    const nowMs = clock.nowMs();
    if (this.#pingedAtMs === undefined && nowMs - this.#heardAtMs >= times.silentMs) {
      this.#pingedAtMs = nowMs;
      this.sendControl({ type: 'Ping', body: {} });
      this.#handlers.onPing();
    }
    const dueMs =
      this.#pingedAtMs === undefined
        ? this.#heardAtMs + times.silentMs
        : this.#pingedAtMs + times.silentMsMax - times.silentMs;
    if (nowMs >= dueMs) this.#giveUp(silence(this.#context(), nowMs - this.#heardAtMs));
    else this.#timer = clock.setTimer(dueMs, () => this.#watch());
  }

  #closed(end: SocketEnd): void {
    this.#isGone = true;
    this.#onGone?.();
    if (this.#state === 'ended') return;
    const ending = endingOf(end, this.#context());
    this.#end();
    this.#handlers.onEnded(ending);
  }

  #giveUp(ending: Ending): void {
    this.terminate();
    this.#handlers.onEnded(ending);
  }

  #end(): void {
    this.#state = 'ended';
    this.#timer.stop();
  }

  #context(): EndingContext {
    const { relay, cluster, id } = this.#options;
    return { relay, cluster, id, refused: this.#refused, wasWelcomed: this.#state === 'welcomed' };
  }
}
