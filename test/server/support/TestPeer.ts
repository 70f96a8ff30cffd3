import { WebSocket, type ClientOptions } from 'ws';
import { decodeFrame, encodeFrame, RELAY_ADDRESS, type Address, type Frame } from '../../../shared/envelope.ts';
import type { Status } from '../../../shared/messages/Status.ts';
import { PROTOCOL_VERSION } from '../../../shared/protocol.ts';
import { until } from '../../support/until.ts';

export const WITHIN_MS = 20_000;

export interface DialOptions {
  readonly id: string;
  readonly cluster?: string;
  readonly path?: 'peer' | 'client';
  /** The query, if it is to be another than cluster and id. */
  readonly query?: string;
  readonly application?: string;
  readonly instance?: string;
  /** What Hello says, if it is to be something else. */
  readonly hello?: unknown;
  readonly socket?: ClientOptions;
}

/** An endpoint without a core: it says what the test tells it to, and remembers what it heard. */
export class TestPeer {
  readonly id: string;
  readonly webSocket: WebSocket;
  /** Texts as they came, and as frames; those of other shapes are in `texts` only. */
  readonly texts: string[] = [];
  readonly frames: Frame[] = [];
  readonly #closed: Promise<{ code: number; reason: string }>;
  #nextId = 1;

  constructor(webSocket: WebSocket, id: string) {
    this.webSocket = webSocket;
    this.id = id;
    webSocket.on('message', (data) => {
      const text = (data as Buffer).toString('utf8');
      this.texts.push(text);
      const decoded = decodeFrame(text);
      if (decoded.ok) this.frames.push(decoded.frame);
    });
    webSocket.on('error', () => undefined);
    this.#closed = new Promise((resolve) => {
      webSocket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
  }

  /** Opens a socket and says nothing. @throws {Error} with the HTTP status and body of a refused upgrade */
  static async open(
    url: string,
    { id, cluster = 'demo', path = 'peer', query, socket }: DialOptions,
  ): Promise<TestPeer> {
    const address = `${url.replace(/^http/, 'ws')}/${path}?${query ?? `cluster=${cluster}&id=${id}`}`;
    const webSocket = new WebSocket(address, { perMessageDeflate: false, ...socket });
    const peer = new TestPeer(webSocket, id);
    await opened(webSocket);
    return peer;
  }

  /** Opens a socket, says Hello, and waits for Welcome. */
  static async dial(url: string, options: DialOptions): Promise<TestPeer> {
    const peer = await TestPeer.open(url, options);
    peer.hello(options);
    await peer.heard('Welcome');
    return peer;
  }

  hello({ application = 'raft', instance = `${this.id}-process`, hello }: Partial<DialOptions> = {}): void {
    const body = hello ?? { protocolVersion: PROTOCOL_VERSION, application, instance, software: 'test' };
    this.send('Hello', RELAY_ADDRESS, body);
  }

  /** @returns the frame's id */
  send(type: string, to: string, body: unknown = {}): number {
    const id = this.#nextId++;
    this.sendText(encodeFrame({ type, from: this.id as Address, to: to as Address, id, body }));
    return id;
  }

  sendText(text: string): void {
    this.webSocket.send(text);
  }

  status(changes: Partial<Status> = {}): void {
    this.send('Status', RELAY_ADDRESS, statusBody(changes));
  }

  /** Waits for the first frame of that type that fits. */
  heard(type: string, fits: (frame: Frame) => boolean = () => true): Promise<Frame> {
    return until(() => this.frames.find((frame) => frame.type === type && fits(frame)), {
      ...{ withinMs: WITHIN_MS, what: `${this.id} hears a ${type}`, everyMs: 2 },
    });
  }

  /** The relay answers in order: what was sent before has been dealt with when this returns. */
  async settled(): Promise<void> {
    const id = this.send('Ping', RELAY_ADDRESS);
    await this.heard('Pong', (frame) => (frame.body as { inReplyTo: number }).inReplyTo === id);
  }

  /** Waits for the end of the socket. */
  closed(): Promise<{ code: number; reason: string }> {
    return this.#closed;
  }

  end(): void {
    this.webSocket.terminate();
  }
}

export function statusBody(changes: Partial<Status> = {}): Status {
  return {
    ...{ role: 'follower', term: 1, votedFor: null, leader: null, lastLogIndex: 0, lastLogTerm: 0, commitIndex: 0 },
    ...{ lastApplied: 0, voters: [], canCommit: false, heartbeatMs: 100, electionTimeoutMsMin: 250 },
    ...{ electionTimeoutMsMax: 400, preVote: true, checkQuorum: true, storage: 'memory', uptimeMs: 5 },
    ...{
      firstLogIndex: 1,
      durableIndex: 0,
      snapshotIndex: 0,
      votersOutgoing: [],
      configurationIndex: 0,
      learners: [],
    },
    ...changes,
  };
}

/** @throws {UpgradeRefused} with the answer, if it was no upgrade */
export function opened(webSocket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    webSocket.on('open', resolve);
    webSocket.on('error', reject);
    webSocket.on('unexpected-response', (_request, response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => {
        webSocket.terminate();
        reject(new UpgradeRefused(response.statusCode ?? 0, body));
      });
    });
  });
}

export class UpgradeRefused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, body: string) {
    super(`HTTP ${status}: ${body}`);
    this.status = status;
    this.code = (JSON.parse(body) as { code: string }).code;
  }
}
