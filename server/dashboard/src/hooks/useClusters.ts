import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { RelayClient } from '../../../../client/RelayClient.ts';
import { WhitewaterError } from '../../../../shared/errors.ts';
import type { ClusterSummary } from '../../../../shared/http/ClusterView.ts';

/** What the relay last answered when asked for its clusters. */
export type Clusters =
  | { readonly phase: 'asking' }
  | { readonly phase: 'known'; readonly clusters: readonly ClusterSummary[] }
  | { readonly phase: 'unauthorised' }
  | { readonly phase: 'failed'; readonly error: WhitewaterError };

/** The list is short and changes seldom, so asking now and then is enough. */
const ASK_EVERY_MS = 2000;

export function useClusters(client: RelayClient): { clusters: Clusters; askAgain: () => void } {
  const [clusters, setClusters] = useState<Clusters>({ phase: 'asking' });
  const askNow = useRef<() => void>(() => undefined);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const ask = async (): Promise<void> => {
      clearTimeout(timer);
      if (document.visibilityState === 'visible') {
        const answer = await readClusters(client);
        if (isOver) return;
        setClusters(answer);
      }
      clearTimeout(timer);
      timer = setTimeout(() => void ask(), ASK_EVERY_MS);
    };
    askNow.current = () => void ask();
    void ask();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [client]);

  return { clusters, askAgain: useCallback(() => askNow.current(), []) };
}

async function readClusters(client: RelayClient): Promise<Clusters> {
  try {
    return { phase: 'known', clusters: await client.clusters() };
  } catch (error) {
    if (!(error instanceof WhitewaterError)) throw error;
    return error.code === 'TOKEN_WRONG' ? { phase: 'unauthorised' } : { phase: 'failed', error };
  }
}
