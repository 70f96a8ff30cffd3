import type { ClusterView } from '../../../../shared/http/ClusterView.ts';
import type { SampledMessage } from '../../../../shared/http/Live.ts';
import { retryDelayMs } from './backoff.ts';

/** What the feed is doing. Times are of the page's monotonic clock, in milliseconds. */
export type FeedState =
  | { readonly phase: 'connecting' }
  | { readonly phase: 'live' }
  | { readonly phase: 'waiting'; readonly retryAtMs: number; readonly reason: string }
  /** The relay answers, but wants a token; `retry()` when there is one. */
  | { readonly phase: 'unauthorised' };

/** What an HTTP request tells about a relay whose WebSocket says nothing. */
export type ProbeResult = 'ok' | 'unauthorised' | 'clusterUnknown' | 'unreachable';

export interface Probed {
  readonly result: ProbeResult;
  /** The cluster as the relay told it; null when it did not. */
  readonly cluster: ClusterView | null;
}

export interface FeedSocketEvents {
  readonly onText: (text: string) => void;
  /** Once, whether it had opened or not. Nothing comes after it. */
  readonly onClosed: () => void;
}

export interface FeedPorts {
  /** Opens a socket; the function returned closes it, after which it reports nothing more. */
  readonly openSocket: (events: FeedSocketEvents) => () => void;
  readonly probe: () => Promise<Probed>;
  readonly nowMs: () => number;
  /** The function returned cancels it. */
  readonly setTimer: (action: () => void, afterMs: number) => () => void;
  readonly random: () => number;
}

export interface FeedListener {
  readonly onState: (state: FeedState) => void;
  /** @param text the message as it came */
  readonly onMessage: (message: SampledMessage, text: string) => void;
  /** The picture is as old as the newest call of this: a message came, or the relay answered that nothing else has changed. */
  readonly onFresh: () => void;
  /** Whether the picture made of the messages is that of the cluster, as far as every change of it would have been told. */
  readonly isUpToDate: (cluster: ClusterView) => boolean;
}

/** A feed that is silent for so long is asked whether it still lives: an idle cluster has nothing to say. */
export const SILENCE_MS_MAX = 3000;

/** What the relay knows and the feed did not tell is late by so much at most; otherwise the socket is dead, however open it looks. */
export const LATE_MS_MAX = 2000;

/** An attempt to connect is given up after this long. */
export const CONNECT_MS_MAX = 5000;

const REASONS: Readonly<Record<Exclude<ProbeResult, 'unauthorised'>, string>> = {
  ok: 'the connection to the relay was lost',
  clusterUnknown: 'the relay does not know this cluster any more',
  unreachable: 'the relay does not answer',
};

/** The live feed of one cluster, which comes back by itself until it is stopped. */
export class LiveFeed {
  readonly #ports: FeedPorts;
  readonly #listener: FeedListener;
  #attempt = 0;
  #isStopped = false;
  /** Grows with every socket and every probe, so that an answer that comes too late is known as such. */
  #round = 0;
  #closeSocket: (() => void) | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(ports: FeedPorts, listener: FeedListener) {
    this.#ports = ports;
    this.#listener = listener;
  }

  start(): void {
    this.#connect();
  }

  stop(): void {
    this.#isStopped = true;
    this.#leave();
  }

  /** Does not wait for the next attempt's time; does nothing while the feed is live. */
  retry(): void {
    if (this.#isStopped || this.#closeSocket !== undefined) return;
    this.#connect();
  }

  #connect(): void {
    this.#leave();
    this.#listener.onState({ phase: 'connecting' });
    this.#closeSocket = this.#ports.openSocket({
      onText: (text) => this.#receive(text),
      onClosed: () => this.#lost(),
    });
    this.#arm(() => this.#lost(), CONNECT_MS_MAX);
  }

  #receive(text: string): void {
    const message = parse(text);
    if (message === undefined) return;
    // An answer that is under way may be older than this.
    this.#round += 1;
    // Only a snapshot shows that the feed works: it is the first message of every feed.
    if (message.type === 'snapshot') {
      this.#attempt = 0;
      this.#listener.onState({ phase: 'live' });
    }
    this.#listener.onFresh();
    this.#listener.onMessage(message, text);
    this.#arm(() => this.#checkSilence(), SILENCE_MS_MAX);
  }

  #checkSilence(): void {
    this.#probe(({ result, cluster }) => {
      if (result !== 'ok' || cluster === null) {
        this.#lost(result);
        return;
      }
      if (!this.#listener.isUpToDate(cluster)) {
        this.#arm(() => this.#lost('ok'), LATE_MS_MAX);
        return;
      }
      this.#listener.onFresh();
      this.#arm(() => this.#checkSilence(), SILENCE_MS_MAX);
    });
  }

  /** A browser does not tell why a WebSocket failed, so HTTP is asked. */
  #lost(known?: ProbeResult): void {
    this.#leave();
    this.#attempt += 1;
    if (known === undefined) this.#probe(({ result }) => this.#wait(result));
    else this.#wait(known);
  }

  #wait(result: ProbeResult): void {
    if (result === 'unauthorised') {
      this.#listener.onState({ phase: 'unauthorised' });
      return;
    }
    const delayMs = retryDelayMs(this.#attempt, this.#ports.random());
    const retryAtMs = this.#ports.nowMs() + delayMs;
    this.#listener.onState({ phase: 'waiting', retryAtMs, reason: REASONS[result] });
    this.#arm(() => this.#connect(), delayMs);
  }

  #probe(then: (probed: Probed) => void): void {
    const round = ++this.#round;
    const settle = (probed: Probed): void => {
      if (round === this.#round && !this.#isStopped) then(probed);
    };
    this.#ports.probe().then(settle, () => settle({ result: 'unreachable', cluster: null }));
  }

  #arm(action: () => void, afterMs: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#ports.setTimer(action, afterMs);
  }

  #leave(): void {
    this.#round += 1;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#closeSocket?.();
    this.#closeSocket = undefined;
  }
}

const TYPES: ReadonlySet<unknown> = new Set<SampledMessage['type']>(['snapshot', 'delta', 'frames']);

/** The relay is trusted for the shape of its messages; what is no message of the feed is passed over. */
function parse(text: string): SampledMessage | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('type' in value)) return undefined;
    return TYPES.has(value.type) ? (value as SampledMessage) : undefined;
  } catch {
    return undefined;
  }
}
