import type { ClusterId } from '../../../../shared/ids.ts';
import type { RelayClient } from '../../../../client/RelayClient.ts';
import { WhitewaterError } from '../../../../shared/errors.ts';
import type { FeedPorts, FeedSocketEvents, Probed } from './LiveFeed.ts';

/** @returns cancels it */
export function browserTimer(action: () => void, afterMs: number): () => void {
  const timer = setTimeout(action, afterMs);
  return () => clearTimeout(timer);
}

/** What a feed needs of a browser. */
export function browserFeed(base: URL, client: RelayClient, cluster: ClusterId): FeedPorts {
  // A relay that does not know of frames sends the rest.
  const url = new URL(`api/clusters/${encodeURIComponent(cluster)}/live?frames=sampled`, base);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return {
    openSocket: (events) => openSocket(url.href, events),
    probe: () => probe(client, cluster),
    nowMs: () => performance.now(),
    setTimer: browserTimer,
    random: () => Math.random(),
  };
}

function openSocket(url: string, { onText, onClosed }: FeedSocketEvents): () => void {
  const socket = new WebSocket(url);
  const silence = new AbortController();
  const { signal } = silence;
  socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => onText(String(data)), { signal });
  socket.addEventListener('close', onClosed, { signal });
  return () => {
    silence.abort();
    socket.close();
  };
}

async function probe(client: RelayClient, cluster: ClusterId): Promise<Probed> {
  try {
    return { result: 'ok', cluster: await client.cluster(cluster) };
  } catch (error) {
    const code = error instanceof WhitewaterError ? error.code : 'INTERNAL';
    // Of a peer's or a client's token the relay takes no look: another one is asked for.
    const isRefused = code === 'TOKEN_WRONG' || code === 'ACCESS_DENIED';
    const known = code === 'CLUSTER_UNKNOWN' ? 'clusterUnknown' : 'unreachable';
    return { result: isRefused ? 'unauthorised' : known, cluster: null };
  }
}
