import type { Test } from 'tap';
import type { ClientOptions } from 'ws';
import { listenRelay, type ListeningRelay } from '../../../server/listen.ts';
import type { Logger } from '../../../server/log.ts';
import type { RelayOptions } from '../../../server/options.ts';
import { ClusterView } from '../../../shared/http/ClusterView.ts';
import { until } from '../../support/until.ts';
import { conforming } from './conforming.ts';
import { TestPeer, WITHIN_MS, type DialOptions } from './TestPeer.ts';
import { TestViewer } from './TestViewer.ts';

/** A relay on a free port, with what tests ask of it. It and all its peers end with the test. */
export class TestRelay {
  readonly url: string;
  readonly port: number;
  readonly log: string[];
  readonly close: () => Promise<void>;
  readonly #peers: { end(): void }[] = [];

  constructor(relay: ListeningRelay, log: string[]) {
    this.url = relay.url;
    this.port = relay.port;
    this.log = log;
    this.close = () => relay.close();
  }

  static async start(t: Test, options: RelayOptions = {}): Promise<TestRelay> {
    const log: string[] = [];
    const write = (line: string): void => void log.push(line);
    const logger: Logger = {
      info: write,
      warn: write,
      error: (line, details) => write(`${line} ${String(details?.['error'])}`),
    };
    const relay = new TestRelay(await listenRelay({ port: 0, logger, ...options }), log);
    t.teardown(async () => {
      for (const peer of relay.#peers) peer.end();
      await relay.close();
      const defect = log.find((line) => line.startsWith('INTERNAL'));
      if (defect !== undefined) throw new Error(`the relay met a defect of its own: ${defect}`);
    });
    return relay;
  }

  async dial(id: string, options: Omit<DialOptions, 'id'> = {}): Promise<TestPeer> {
    const peer = await TestPeer.dial(this.url, { id, ...options });
    this.#peers.push(peer);
    return peer;
  }

  async open(id: string, options: Omit<DialOptions, 'id'> = {}): Promise<TestPeer> {
    const peer = await TestPeer.open(this.url, { id, ...options });
    this.#peers.push(peer);
    return peer;
  }

  /** Opens a live feed. */
  async watch(cluster = 'demo', socket?: ClientOptions, query = ''): Promise<TestViewer> {
    const url = `${this.url.replace(/^http/, 'ws')}/api/clusters/${cluster}/live${query}`;
    const viewer = await TestViewer.open(url, socket);
    this.#peers.push(viewer);
    return viewer;
  }

  async request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
  }

  async view(cluster = 'demo'): Promise<ClusterView> {
    const { body } = await this.request('GET', `/api/clusters/${cluster}`);
    return conforming(ClusterView, body);
  }

  /** One sample of /metrics; 0 when it is not there. */
  async metric(name: string, labels = ''): Promise<number> {
    const { text } = await this.request('GET', '/metrics');
    const wanted = `whitewater_${name}${labels === '' ? '' : `{${labels}}`} `;
    const line = text.split('\n').find((candidate) => candidate.startsWith(wanted));
    return line === undefined ? 0 : Number(line.slice(wanted.length));
  }

  refusals(code: string): Promise<number> {
    return this.metric('refusals_total', `code="${code}"`);
  }

  dropped(cause: string): Promise<number> {
    return this.metric('frames_dropped_total', `cause="${cause}"`);
  }

  async until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    await until(condition, { withinMs: WITHIN_MS, what });
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // What a route gives is of no known type until an assertion has looked at it.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}
