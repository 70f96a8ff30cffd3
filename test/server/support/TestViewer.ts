import { WebSocket, type ClientOptions } from 'ws';
import { LiveFrames } from '../../../shared/http/Frames.ts';
import { LiveDelta, LiveSnapshot } from '../../../shared/http/Live.ts';
import { until } from '../../support/until.ts';
import { conforming } from './conforming.ts';
import { opened, WITHIN_MS } from './TestPeer.ts';
import { type Static, Type } from '../../../shared/schema.ts';

const LiveMessage = Type.Union([LiveSnapshot, LiveDelta]);
type LiveMessage = Static<typeof LiveMessage>;

/** Watches a cluster, and remembers all that it was told, and when. */
export class TestViewer {
  readonly webSocket: WebSocket;
  readonly messages: LiveMessage[] = [];
  /** What it was told of frames, if it asked for them. */
  readonly frames: LiveFrames[] = [];
  /** The kinds of all messages, in their order. */
  readonly types: string[] = [];
  readonly arrivalsMs: number[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;

  constructor(webSocket: WebSocket) {
    this.webSocket = webSocket;
    webSocket.on('error', () => undefined);
    webSocket.on('message', (data) => {
      const message = JSON.parse((data as Buffer).toString()) as { type: string };
      this.types.push(message.type);
      if (message.type === 'frames') return void this.frames.push(conforming(LiveFrames, message));
      this.messages.push(conforming(LiveMessage, message));
      this.arrivalsMs.push(performance.now());
    });
    this.closed = new Promise((resolve) => {
      webSocket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
  }

  static async open(url: string, socket: ClientOptions = {}): Promise<TestViewer> {
    const webSocket = new WebSocket(url, { perMessageDeflate: false, ...socket });
    const viewer = new TestViewer(webSocket);
    await opened(webSocket);
    return viewer;
  }

  get snapshots(): LiveSnapshot[] {
    return this.messages.filter((message) => message.type === 'snapshot');
  }

  get deltas(): LiveDelta[] {
    return this.messages.filter((message) => message.type === 'delta');
  }

  /** All events that it was told of, by their kinds. */
  get eventKinds(): string[] {
    return this.messages.flatMap(({ events }) => events.map(({ kind }) => kind));
  }

  async until(what: string, condition: () => boolean): Promise<void> {
    await until(condition, { withinMs: WITHIN_MS, what, everyMs: 2 });
  }

  end(): void {
    this.webSocket.terminate();
  }
}
