import { WebSocket } from 'ws';
import { RelayClient } from '../../client/RelayClient.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { LiveEvent } from '../../shared/http/Live.ts';
import { trusting } from './trusting.ts';
import { ClusterPicture } from './ClusterPicture.ts';

/** A lost feed is tried again after this long, then twice as long, up to the most. */
const RETRY_MS = { first: 50, most: 1000 };

export interface FollowOptions {
  readonly url: string;
  readonly token: string | undefined;
  readonly cluster: string;
  /** A certificate to trust besides those that Node trusts, in PEM. */
  readonly ca?: string | undefined;
  readonly signal: AbortSignal;
  /** Called after every message, with the events that are news. */
  readonly onChange?: (events: readonly LiveEvent[]) => void;
  /** Whether to go on after a feed that never opened. One that was open is always tried again. */
  readonly isPatient: (error: WhitewaterError) => boolean;
  /** Called when a feed that was open is lost, and when it is back. */
  readonly onFeed?: (isOpen: boolean) => void;
}

/** A feed that comes back by itself. */
export interface FollowedCluster {
  readonly picture: ClusterPicture;
  /** Whether the feed is there right now. */
  readonly isOpen: boolean;
  /**
   * Settles when the signal ends it.
   * @throws {WhitewaterError} when the first attempt fails and `isPatient` does not want another
   */
  readonly ended: Promise<void>;
}

/** Follows a cluster until the signal says to stop. */
export function followCluster(options: FollowOptions): FollowedCluster {
  const state = { isOpen: false };
  const picture = new ClusterPicture();
  const ended = follow(options, picture, state);
  return {
    ...{ picture, ended },
    get isOpen() {
      return state.isOpen;
    },
  };
}

async function follow(options: FollowOptions, picture: ClusterPicture, state: { isOpen: boolean }): Promise<void> {
  const { url, token, cluster, ca, signal, onChange, isPatient, onFeed } = options;
  const trust = ca === undefined ? { WebSocket } : trusting(ca);
  const client = new RelayClient({ url, ...trust, ...(token === undefined ? {} : { token }) });
  const isAborted = (): boolean => signal.aborted;
  let wasOpen = false;
  let retryMs = RETRY_MS.first;
  while (!isAborted()) {
    try {
      for await (const message of client.live(cluster, signal)) {
        if (wasOpen && !state.isOpen) onFeed?.(true);
        state.isOpen = wasOpen = true;
        retryMs = RETRY_MS.first;
        onChange?.(picture.apply(message, performance.now()));
      }
    } catch (error) {
      if (!(error instanceof WhitewaterError)) throw error;
      if (!wasOpen && !isPatient(error)) throw error;
    }
    if (state.isOpen && !isAborted()) onFeed?.(false);
    state.isOpen = false;
    await pause(retryMs, signal);
    retryMs = Math.min(retryMs * 2, RETRY_MS.most);
  }
}

/** Node's timers take no longer time. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** Waits, however long, or until the signal says to stop. */
export async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  const endMs = performance.now() + durationMs;
  for (let restMs = durationMs; !signal.aborted; restMs = endMs - performance.now()) {
    await waitOnce(Math.min(restMs, TIMER_MS_MAX), signal);
    if (restMs <= TIMER_MS_MAX) return;
  }
}

function waitOnce(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, durationMs);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}
